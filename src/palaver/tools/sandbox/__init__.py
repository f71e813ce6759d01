"""Where programs of agents run, apart from everything else."""
