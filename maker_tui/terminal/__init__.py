"""The wire: changed cells, the driver, the streams, a terminal that goes away, the clipboard."""
