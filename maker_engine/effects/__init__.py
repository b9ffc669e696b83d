"""What is done: effects, behind one small port; HTTP, SQL, processes, waiting, and a scripted world."""
