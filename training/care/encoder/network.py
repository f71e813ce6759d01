"""The encoder as PyTorch sees it: MiniLM's six layers with a head per question; it trains nothing, reads no data."""

from typing import Any

import torch
from torch import nn

WIDTH, LAYERS, ATTENTIONS, WORDS, PLACES = 384, 6, 12, 30_522, 512


class Drop(nn.Module):
    """Dropout that leaves out the same numbers at every place of a text: as good, and a tenth of the time."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The numbers that stay, or all of them when nothing is learnt."""
        if not self.training:
            return x
        kept = torch.rand(x.shape[0], *([1] * (x.dim() - 2)), x.shape[-1]) >= self.share
        return x * (kept.to(x.dtype) / (1 - self.share))


class Block(nn.Module):
    """One layer: attention, then two dense steps, each added to what came in. Names are ours, numbers BERT's."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.query, self.key, self.value, self.told = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.norm_a, self.norm_b = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)
        self.drop = Drop(dropout)

    def forward(self, x: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        """What the layer makes of `x`; `bias` is very negative where there is only padding."""
        batch, length, _ = x.shape
        q, k, v = (
            part(x).view(batch, length, ATTENTIONS, WIDTH // ATTENTIONS).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        looks = q @ k.transpose(2, 3) * (WIDTH // ATTENTIONS) ** -0.5
        weights = torch.softmax(looks if bias is None else looks + bias.to(q.dtype), dim=-1)
        seen = (weights @ v).transpose(1, 2).reshape(batch, length, WIDTH)
        x = self.norm_a(x + self.drop(self.told(seen)))
        return self.norm_b(x + self.drop(self.narrow(nn.functional.gelu(self.wide(x)))))


class Encoder(nn.Module):
    """Tokens in, one row of logits per text out: the heads stand side by side in the order of `heads`."""

    def __init__(self, heads: dict[str, int], dropout: float = 0.1) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, WIDTH, padding_idx=0), nn.Embedding(PLACES, WIDTH)
        self.norm, self.drop = nn.LayerNorm(WIDTH, eps=1e-12), nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(dropout) for _ in range(LAYERS))
        self.heads = nn.ModuleDict({name: nn.Linear(WIDTH, size) for name, size in heads.items()})

    def forward(self, tokens: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """All logits of every text; without a mask there is no padding."""
        places = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.drop(self.norm(self.words(tokens) + self.places(places)))
        bias = None if mask is None else ((1.0 - mask.to(x.dtype)) * -10_000.0)[:, None, None, :]
        for block in self.blocks:
            x = block(x, bias)
        mean = self.drop(x.mean(1) if mask is None else mean_of(x, mask.to(x.dtype)[:, :, None]))
        return torch.cat([head(mean) for head in self.heads.values()], dim=1)


def mean_of(x: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
    """The mean over the places that are no padding."""
    return (x * kept).sum(1) / kept.sum(1)


def started(weights: dict[str, torch.Tensor], heads: dict[str, int]) -> Encoder:
    """An encoder with the weights of all-MiniLM-L6-v2 (what kind of text is added to each place, for there is one)."""
    model = Encoder(heads)
    w = {name.removeprefix("bert."): value for name, value in weights.items()}
    state: dict[str, Any] = model.state_dict()
    state["words.weight"] = w["embeddings.word_embeddings.weight"]
    state["places.weight"] = (
        w["embeddings.position_embeddings.weight"] + w["embeddings.token_type_embeddings.weight"][0]
    )
    pairs = {"norm": "embeddings.LayerNorm"}
    for at in range(LAYERS):
        theirs = f"encoder.layer.{at}."
        pairs |= {f"blocks.{at}.{mine}": theirs + name for mine, name in _PARTS.items()}
    for mine, name in pairs.items():
        state[f"{mine}.weight"], state[f"{mine}.bias"] = w[f"{name}.weight"], w[f"{name}.bias"]
    model.load_state_dict(state)
    return model


_PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "told": "attention.output.dense",
    "norm_a": "attention.output.LayerNorm",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
    "norm_b": "output.LayerNorm",
}
