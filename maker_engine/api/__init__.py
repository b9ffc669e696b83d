"""The library: what `import maker_engine` offers, each part imported when it is first used."""
