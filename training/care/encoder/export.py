"""From PyTorch to one file of whole numbers that onnxruntime reads; it learns nothing."""

import copy
import tempfile
from pathlib import Path

import onnx
import torch
from network import ATTENTIONS, WIDTH, Block, Encoder
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn


class Rows(nn.Module):
    """Word embeddings as bytes, each row with a scale of its own: one for all would lose what rare words mean."""

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        scale = weight.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("rows", torch.round(weight / scale).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """The rows of the tokens."""
        return self.rows[tokens].float() * self.scale[tokens]


class Layer(nn.Module):
    """One layer of what was learnt, in fewer and larger steps, which onnxruntime has kernels for: the same numbers."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.asked = nn.Linear(WIDTH, 3 * WIDTH)
        parts = (block.query, block.key, block.value)
        self.asked.weight.data = torch.cat([part.weight.data for part in parts])
        self.asked.bias.data = torch.cat([part.bias.data for part in parts])
        self.told, self.wide, self.narrow = block.told, block.wide, block.narrow
        self.norm_a, self.norm_b = block.norm_a, block.norm_b

    def forward(self, x: torch.Tensor, _: torch.Tensor | None = None) -> torch.Tensor:
        """What the layer makes of `x`, all of it text."""
        seen = self.asked(x).split(WIDTH, dim=2)
        seen = _step("MultiHeadAttention", [*seen], like=x, num_heads=ATTENTIONS)
        x = self.norm_a(x + self.told(seen))
        wide = self.wide(x)
        wide = _step("Gelu", [wide], like=wide)
        return self.norm_b(x + self.narrow(wide))


def _step(name: str, given: list[torch.Tensor], like: torch.Tensor, **how: float) -> torch.Tensor:
    """A step that only onnxruntime knows."""
    name = f"com.microsoft::{name}"
    return torch.onnx.ops.symbolic(name, given, how, dtype=torch.float32, shape=like.shape, version=1)


def exported(model: Encoder, places: int, file: Path) -> None:
    """Writes `model` for texts of up to `places` tokens, all of one length."""
    model = copy.deepcopy(model).float().eval()
    model.words = Rows(model.words.weight.detach())
    model.places = nn.Embedding.from_pretrained(model.places.weight.detach()[:places].clone())
    model.blocks = nn.ModuleList(Layer(block) for block in model.blocks)
    heads = list(model.heads.values())
    whole = nn.Linear(heads[0].in_features, sum(head.out_features for head in heads))
    whole.weight.data = torch.cat([head.weight.data for head in heads])
    whole.bias.data = torch.cat([head.bias.data for head in heads])
    model.heads = nn.ModuleDict({"all": whole})
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        _plain(model, places, plain)
        graph = onnx.load(plain)
        _bare(graph)
        onnx.save(graph, plain)
        quantize_dynamic(
            plain,
            file,
            op_types_to_quantize=["MatMul"],
            weight_type=QuantType.QInt8,
            per_channel=True,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    graph = onnx.load(file)
    _bare(graph)
    onnx.save(graph, file)


def _plain(model: nn.Module, places: int, file: Path) -> None:
    """The same in floating point."""
    shape = {0: torch.export.Dim("texts", max=64), 1: torch.export.Dim("places", min=2, max=places)}
    torch.onnx.export(
        model, (torch.randint(5, 999, (2, 9)),), str(file), dynamo=True, verbose=False, external_data=False,
        input_names=["tokens"], output_names=["logits"], dynamic_shapes={"tokens": shape}, opset_version=18,
    )  # fmt: skip


def _bare(model: onnx.ModelProto) -> None:
    """Without what says where and how it was made: that would differ from machine to machine."""
    for part in (
        model,
        model.graph,
        *model.graph.node,
        *model.graph.initializer,
        *model.graph.input,
        *model.graph.output,
    ):
        part.ClearField("doc_string")
        part.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    model.producer_name, model.producer_version = "palaver", ""
