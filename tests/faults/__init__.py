"""The main job, disturbed at random moments; afterwards it is whole, or it says what is not."""
