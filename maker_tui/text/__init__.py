"""What is written on a line: status, figures, tables, pictures of a run. Nothing here knows a widget."""
