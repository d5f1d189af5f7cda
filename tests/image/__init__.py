"""The built image, tried as far as namespaces and chroots go: `make image`."""
