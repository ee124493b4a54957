"""The network in PyTorch, and how it becomes a file.

A step's looks go in and the mouth of four steps ago comes out; what it remembers is its state.
"""

from pathlib import Path
from typing import Final

import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from visavis.motion.ear import ANSWERS
from visavis.motion.spectrum import BANDS
from visavis.motion.visemes import KINDS

WIDTH: Final = 176
LAYERS: Final = 2
INPUTS, OUTPUTS = ["looks", "state"], ["mouth", "kinds", "next"]


class Network(nn.Module):  # type: ignore[misc, unused-ignore]  # Any where there is no PyTorch
    """A gated recurrent network (Cho et al. 2014) of two layers with two readings.

    Takes looks [n, steps, 2 * BANDS], dB, and the state. Gives mouths [n, steps, ANSWERS], kinds as natural
    logarithms of probabilities [n, steps, len(KINDS)], and the state after them [LAYERS, n, WIDTH].
    """

    def __init__(self) -> None:
        super().__init__()
        self.eye = nn.Linear(2 * BANDS, WIDTH)
        self.memory = nn.GRU(WIDTH, WIDTH, LAYERS, batch_first=True, dropout=0.1)
        self.mouth = nn.Linear(WIDTH, ANSWERS)
        self.kind = nn.Linear(WIDTH, len(KINDS))

    def forward(self, looks: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        seen = torch.relu(self.eye((looks + 50) / 25))
        known, state = self.memory(seen, state)
        return self.mouth(known), torch.log_softmax(self.kind(known), -1), state


def export(network: Network, path: Path) -> None:
    """Write the network as ONNX, for one step at a time, its weights in half precision.

    What is at `path` stays until the whole of the new file is there.
    """
    draft = path.with_name(f"{path.name}.part")
    try:
        _trace(network.eval(), draft)
        model = onnx.load(draft)
        _halve(model.graph)
        helper.set_model_props(model, {"kinds": " ".join(KINDS)})
        onnx.checker.check_model(model)
        draft.write_bytes(model.SerializeToString())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _trace(network: Network, path: Path) -> None:
    """By PyTorch's older exporter; the newer one takes another library."""
    torch.onnx.export(
        network,
        (torch.zeros(1, 1, 2 * BANDS), torch.zeros(LAYERS, 1, WIDTH)),
        path,
        input_names=INPUTS,
        output_names=OUTPUTS,
        dynamo=False,
        opset_version=17,
    )


def _halve(graph: onnx.GraphProto) -> None:
    """Weights as float16, made float32 again when the model is loaded."""
    casts = []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != "float32" or values.size < WIDTH:
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(values.astype("float16"), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
