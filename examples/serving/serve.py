"""Serve a saved classifier of numbers: whole sequences, or live data step by step.

pip install fastapi uvicorn
python examples/serving/serve.py model.skops --port 8000
"""

import argparse

import uvicorn
from fastapi import FastAPI, HTTPException

from sklearn_rnn import load


def make_app(model):
    """Make the program that answers; the model is read once."""
    app, states = FastAPI(), {}

    @app.post("/predict")
    def predict(sequences: list[list[list[float]]]) -> list[list[float]]:
        try:
            return model.predict_proba(sequences).tolist()
        except ValueError as error:  # says what came and what is accepted
            raise HTTPException(422, str(error)) from error

    @app.post("/streams/{name}")
    def step(name: str, values: list[float]) -> list[float]:
        try:
            found, states[name] = model.step([values], states.get(name))
        except ValueError as error:
            raise HTTPException(422, str(error)) from error
        return found[0].tolist()

    @app.delete("/streams/{name}")
    def end(name: str) -> None:
        states.pop(name, None)

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    uvicorn.run(make_app(load(arguments.model)), port=arguments.port)
