"""What the commands import, much of it late; loaded once, in the process that ``tests.forked`` forks them off."""

import gc
from importlib import import_module
from pathlib import Path

from indexer.models.backbone import load_openvino

for name in (
    "service.cli.whole",
    "service.http.app",
    "service.actions.tagging",
    "alembic.command",
    "cv2",
    "openTSNE",
    "psycopg2",
    "pynndescent",  # openTSNE imports it to see whether it is there
    "scipy.optimize",
    "sklearn.linear_model",
    "sklearn.model_selection",
    "threadpoolctl",
    "uvicorn.supervisors",
):
    import_module(name)
load_openvino()
assert len(list(Path("/proc/self/task").iterdir())) == 1, "a thread would be missing in what is forked"
gc.freeze()
