"""`maker lint`: the gates on anybody's requirements document, for people and for CI."""
