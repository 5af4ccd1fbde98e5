"""What people ask of recurrent networks: the tasks and what stands beside ours."""
