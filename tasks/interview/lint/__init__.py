"""`maker lint`: the gates on anyone's requirements document, for people and for CI."""
