"""Values to reports and exports."""
