"""The desk: pages made on the server and kept live by one small script.

No library runs in the browser. Forms and links work without script; what the script adds (rows that
change in place, a notice for new ones, keys) is not something htmx's swaps do, so carrying it and a
package lock would cost more than the 8 kB they would replace.
"""
