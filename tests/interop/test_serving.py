"""The program of the guide, asked over the loopback address."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sklearn_rnn import RNNClassifier, save

pytest.importorskip("fastapi", reason="pip install fastapi uvicorn httpx")
pytest.importorskip("uvicorn", reason="pip install fastapi uvicorn httpx")
httpx = pytest.importorskip("httpx", reason="pip install fastapi uvicorn httpx")

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
rng = np.random.default_rng(0)
X = [rng.normal(size=(n, 2)) for n in rng.integers(1, 7, 30)]
Y = np.array([sequence[:, 0].sum() > 0 for sequence in X])


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    model = RNNClassifier(4, bidirectional=False, max_epochs=3, random_state=0)
    path = tmp_path_factory.mktemp("served") / "model.skops"
    save(model.fit(X, Y), path)
    port = free_port()
    program = [sys.executable, str(ROOT / "examples/serving/serve.py"), str(path)]
    server = subprocess.Popen([*program, "--port", str(port)], cwd=ROOT)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            wait_for(client, server)
            yield model, client
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(client, server):
    for _ in range(600):
        assert server.poll() is None, "the server ended"
        try:
            client.get("/docs")
        except httpx.ConnectError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("the server did not begin to listen in two minutes")


def test_a_batch_gets_the_bits_of_the_model(served):
    model, client = served
    answer = client.post("/predict", json=[sequence.tolist() for sequence in X])
    assert answer.status_code == 200
    np.testing.assert_array_equal(answer.json(), model.predict_proba(X))


def test_two_streams_are_read_step_by_step(served):
    model, client = served
    first, second = X[:2]
    for t in range(max(len(first), len(second))):
        for name, row in {"first": first, "second": second}.items():
            if t < len(row):
                answer = client.post(f"/streams/{name}", json=row[t].tolist())
                expected = model.predict_proba([row[: t + 1]])[0]
                np.testing.assert_allclose(answer.json(), expected, rtol=1e-14)
    client.delete("/streams/first")
    answer = client.post("/streams/first", json=first[0].tolist())
    expected = model.predict_proba([first[:1]])[0]
    np.testing.assert_allclose(answer.json(), expected, rtol=1e-14)


def test_what_the_model_refuses_is_an_error_of_the_client(served):
    _, client = served
    answer = client.post("/predict", json=[[[1.0, 2.0, 3.0]]])
    assert answer.status_code == 422
    assert "X has 3 features" in answer.json()["detail"]
    answer = client.post("/streams/wrong", json=[1.0])
    assert answer.status_code == 422
    assert "x_t must hold one step of each stream" in answer.json()["detail"]
