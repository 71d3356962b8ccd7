"""What a monitor has to be good at: silence where nothing changed, alarms where something did, estimates that come true, and millions of rows."""
