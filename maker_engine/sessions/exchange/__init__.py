"""Sessions as text, reports and papers, and text as sessions."""
