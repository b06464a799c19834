"""One small run of each kind of data."""

TASK = ("data.train=20", "data.validation=12", "data.test=8")
KINDS = {
    "numbers after the last step": ("data=adding", "data.task.length=10", *TASK),
    "classes after the last step": ("data=temporal_order_6a", "data.task.length=12", *TASK),
    "classes at each step": ("data=copying", "data.task.delay=3", "data.task.count=2", "data.task.symbols=3", *TASK),
    "classes, masked": ("data=embedded_reber", "data.task.length=20", *TASK),
    "numbers, masked": ("data=delayed_recall", "data.task.length=12", "data.task.delay=3", *TASK),
    "text": ("data=text", "data.train=400", "data.validation=200", "data.test=100", "trainer.bptt_truncate=20"),
    "stream": ("data=stream", "data.series.length=500", "data.series.transient=20", "trainer.bptt_truncate=20"),
    "a target after each row": ("data.each_step=true", "data.window=12", "data.test=20", "trainer.bptt_truncate=5"),
}
QUICK = ("model.hidden_dim=4", "trainer.epochs=3", "trainer.batch_size=4")
