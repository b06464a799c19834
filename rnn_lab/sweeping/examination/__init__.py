"""A sweep examines itself: questions about its trials, each answered by a sentence and the numbers of a figure."""
