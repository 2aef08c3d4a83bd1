"""Values to reports and exports: nothing is built behind this door yet."""
