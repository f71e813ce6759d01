"""How the encoder learns: batches of like length, one loss over the heads that a row speaks of; it reads no files."""

import random
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from network import Encoder
from texts import AT, Row
from tokenizers import Tokenizer
from torch.nn import functional

_TOKENS = 2_048  # places in one batch, at most
_TEXTS = 64  # texts in one batch, at most
# What a head weighs: the sum over its logits; danger weighs more, for few rows speak about it.
_WEIGHTS = {"feelings": 0.5, "ekman": 1.0, "levels": 2.0, "unsafe": 1.0, "english": 0.5}


class Plan(NamedTuple):
    """How long, how fast, and how many of the lowest layers stay as they are."""

    epochs: int
    speed: float
    heads_speed: float
    kept_layers: int
    places: int  # tokens of a text that are looked at
    seed: int


class Cut:
    """Texts as tokens."""

    def __init__(self, tokenizer: Tokenizer, places: int) -> None:
        tokenizer.no_padding()
        tokenizer.enable_truncation(places)
        self._tokenizer = tokenizer

    def __call__(self, rows: Sequence[Row]) -> list[list[int]]:
        """The tokens of each."""
        return [one.ids for one in self._tokenizer.encode_batch([row.text for row in rows])]


def bunches(tokens: Sequence[Sequence[int]], chance: random.Random | None) -> list[list[int]]:
    """Rows by number, texts of like length together; without `chance` from the shortest to the longest."""
    order = list(range(len(tokens)))
    span = len(order) if chance is None else _TEXTS * 50
    if chance is not None:
        chance.shuffle(order)
    found: list[list[int]] = []
    for at in range(0, len(order), span):
        bunch: list[int] = []
        for one in sorted(order[at : at + span], key=lambda n: len(tokens[n])):
            if bunch and (len(bunch) == _TEXTS or (len(bunch) + 1) * len(tokens[one]) > _TOKENS):
                found.append(bunch)
                bunch = []
            bunch.append(one)
        found.append(bunch)
    if chance is not None:
        chance.shuffle(found)
    return found


def padded(tokens: Sequence[Sequence[int]], bunch: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """The tokens of a bunch, and where they are."""
    wide = max(len(tokens[one]) for one in bunch)
    filled = torch.zeros(len(bunch), wide, dtype=torch.long)
    for at, one in enumerate(bunch):
        filled[at, : len(tokens[one])] = torch.tensor(tokens[one])
    return filled, filled != 0


def loss_of(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Over what the rows say; a row that is silent about a head teaches it nothing."""
    total = logits.new_zeros(())
    for name, weight in _WEIGHTS.items():
        said, asked = logits[:, AT[name]], wanted[:, AT[name]]
        known = ~torch.isnan(asked)
        asked = torch.nan_to_num(asked)
        each = functional.binary_cross_entropy_with_logits(said, asked, reduction="none") * known
        total = total + weight * each.sum() / len(logits)
    return total


def learn(model: Encoder, rows: Callable[[random.Random], list[Row]], cut: Cut, plan: Plan) -> None:
    """Teaches `model` what `rows` hands out for each epoch."""
    torch.manual_seed(plan.seed)
    chance = random.Random(plan.seed)
    model.words.weight.requires_grad_(requires_grad=False)
    for block in model.blocks[: plan.kept_layers]:
        block.requires_grad_(requires_grad=False)
    if plan.kept_layers:
        model.places.requires_grad_(requires_grad=False)
        model.norm.requires_grad_(requires_grad=False)
    body = [p for name, p in model.named_parameters() if p.requires_grad and not name.startswith("heads.")]
    groups = [
        {"params": [p for p in body if p.dim() > 1], "weight_decay": 0.01, "top": plan.speed},
        {"params": [p for p in body if p.dim() < 2], "weight_decay": 0.0, "top": plan.speed},
        {"params": list(model.heads.parameters()), "weight_decay": 0.01, "top": plan.heads_speed},
    ]
    optimizer = torch.optim.AdamW(groups, lr=plan.speed, fused=True)
    model.train()
    done, steps, began, smooth = 0, 0, time.monotonic(), 0.0
    for epoch in range(plan.epochs):
        now = rows(chance)
        tokens = cut(now)
        wanted = torch.from_numpy(np.stack([row.wanted for row in now]))
        order = bunches(tokens, chance)
        steps = steps or len(order) * plan.epochs
        for bunch in order:
            done += 1
            pace = min(done / (0.06 * steps), max(0.0, (steps - done) / (0.94 * steps)))
            for group in optimizer.param_groups:
                group["lr"] = group["top"] * pace
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(*padded(tokens, bunch))
            loss = loss_of(logits.float(), wanted[bunch])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(body, 1.0)
            optimizer.step()
            smooth = loss.item() if done == 1 else 0.98 * smooth + 0.02 * loss.item()
            if done % 50 == 0:
                print(f"  {epoch} {done}/{steps} loss {smooth:.3f} {time.monotonic() - began:.0f} s", flush=True)
