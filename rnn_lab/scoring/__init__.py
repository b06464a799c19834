"""What outputs are worth: losses and scores by the kind of target, and their spread over replicas."""
