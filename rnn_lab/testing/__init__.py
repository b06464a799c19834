"""Contract suites for plug-ins: derive a test class from one, say what is to be tested, and pytest does the rest."""
