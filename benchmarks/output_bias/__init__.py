"""Where training starts: the tasks on which two starts are compared."""
