"""`/v1/messages` and `/v1/messages/count_tokens`: the routes; what is asked and told stands beside."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from palaver.core.errors import Invalid
from palaver.identity.door import Door
from palaver.inference.service import Inference
from palaver.kit.answers import answer
from palaver.observability.logs import request_id
from palaver.surfaces.anthropic_messages import asked
from palaver.surfaces.anthropic_messages.blocks import Counted, MessagesRequest
from palaver.surfaces.anthropic_messages.counted import counted
from palaver.surfaces.anthropic_messages.told import MessageStream, Thoughts, message
from palaver.surfaces.asking import SESSION_HEADER, Asking, session_headers
from palaver.surfaces.documents import Documents
from palaver.surfaces.errors import REQUEST_HEADER, UNTHREADED
from palaver.surfaces.models import AGENT, whole_name
from palaver.surfaces.refusing import read, refused

SAMPLED = "2023-06-01"  # the version in which answers could be sampled otherwise
VERSIONS = (SAMPLED, "2026-10-21")
_SAMPLING = ("temperature", "top_p")
COUNTED_HEADER = "x-palaver-counted"


def routes(asking: Asking, inference: Inference, documents: Documents, door: Door) -> APIRouter:
    """Messages, and how many tokens one would have."""
    router = APIRouter(tags=["surfaces"])

    @router.post("/v1/messages")
    async def ask(request: Request) -> Response:
        principal = await door.who(request.scope)
        refuse_unknown_versions(request)
        body = await read(request, MessagesRequest, asked.NEUTRAL)
        _refuse_later_removed(request, body)
        if body.thread is not None:
            raise refused("thread", "Send the whole history: it is found again by itself.", UNTHREADED)
        try:
            prompt, said = asked.prompt_of(body), asked.conversation(body)
        except ValueError as error:
            raise Invalid(str(error)) from None
        if said.documents:
            await asking.sure(principal, prompt)
        history = await documents.kept(principal.user_id, said.history, said.documents)
        prompt = await asking.placed(principal, prompt, history, request.headers.get(SESSION_HEADER))
        thoughts, mine = _thoughts(body), {REQUEST_HEADER: request_id.get() or ""}
        if body.stream:
            held = prompt.wanted.output_format is not None
            stream = MessageStream(held=held, thoughts=thoughts, headers=mine)
            return await asking.stream(request.scope, principal, prompt, stream)
        run, found = await asking.whole(request.scope, principal, prompt)
        return answer(message(found, thoughts), headers=session_headers(run) | mine)

    _counting(router, inference, documents, door)
    return router


def _counting(router: APIRouter, inference: Inference, documents: Documents, door: Door) -> None:
    @router.post("/v1/messages/count_tokens")
    async def count(request: Request) -> Response:
        """Counted here, without asking a model; `X-Palaver-Counted` says that it is an estimate, which it is always:
        what a vendor adds around messages is not known."""
        principal = await door.who(request.scope)
        refuse_unknown_versions(request)
        body = await read(request, Counted, asked.NEUTRAL)
        model = body.model
        if not model.startswith(AGENT):
            model = (await inference.resolve(await whole_name(inference, principal, model), principal)).model
        try:
            said, tools = asked.conversation(body), asked.specs(body)
        except ValueError as error:
            raise Invalid(str(error)) from None
        texts = await documents.texts(principal.user_id, said.history, said.documents)
        tokens = await counted(model, [asked.instructions(body) or "", *texts], tools, said.history)
        mine = {REQUEST_HEADER: request_id.get() or "", COUNTED_HEADER: "estimate"}
        return answer({"input_tokens": tokens}, headers=mine)


def refuse_unknown_versions(request: Request) -> None:
    """Invalid where a request names no version of the protocol, or another one, or what it has beyond that."""
    version = request.headers.get("anthropic-version")
    if version not in VERSIONS:
        raise Invalid(f"anthropic-version: give one of {', '.join(VERSIONS)}.")
    for header in request.headers.getlist("anthropic-beta"):
        for beta in filter(None, map(str.strip, header.split(","))):
            if not beta.startswith(asked.BETAS):
                raise Invalid(f"anthropic-beta: {beta[:100]!r} is not supported here; leave it out.")


def _refuse_later_removed(request: Request, body: MessagesRequest) -> None:
    if request.headers["anthropic-version"] != SAMPLED:
        for field in _SAMPLING:
            if field in body.model_fields_set:
                raise refused(field, f"This is not in the version of the protocol that you name; {SAMPLED} has it.")


def _thoughts(body: MessagesRequest) -> Thoughts:
    if not asked.thinks_aloud(body):
        return "kept"
    return "sealed" if body.thinking is not None and body.thinking.display == "omitted" else "told"
