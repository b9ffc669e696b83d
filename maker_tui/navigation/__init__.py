"""What leads from one screen to the other: sessions are opened, runs started, forked, continued and left."""
