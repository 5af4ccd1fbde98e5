"""Which constants serve most data: the tasks, the candidates and their regret."""
