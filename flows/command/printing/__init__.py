"""What commands print: each kind of result in one module."""
