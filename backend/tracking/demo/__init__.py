"""A clinic of made-up patients whose true relief is known; stored through the services, concluded by the jobs."""
