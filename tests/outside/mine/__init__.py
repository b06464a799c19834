"""Components that live outside the lab: one module and one YAML each."""
