"""Which verbs the command line has; what each does stands in the file of its name."""

import typer

from palaver.entry.cli import (
    approvals,
    audit,
    budget,
    care,
    chat,
    config,
    doctor,
    export,
    importing,
    key,
    models,
    secrets,
    serve,
    service_account,
    shelves,
    teams,
    usage,
    user,
    version,
)

app = typer.Typer(
    help="Palaver: a self-hosted conversation server.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(serve.serve)
app.command()(chat.chat)
app.add_typer(user.app, name="user")
app.add_typer(key.app, name="key")
app.add_typer(service_account.app, name="service-account")
app.add_typer(audit.app, name="audit")
app.add_typer(budget.app, name="budget")
app.command()(usage.usage)
app.add_typer(care.app, name="care")
app.add_typer(secrets.app, name="secrets")
app.add_typer(teams.organisation, name="organisation")
app.add_typer(teams.group, name="group")
app.add_typer(approvals.app, name="approvals")
app.add_typer(shelves.agent, name="agent")
app.add_typer(shelves.skill, name="skill")
app.add_typer(shelves.command, name="command")
app.add_typer(shelves.mcp, name="mcp")
app.command()(export.export)
app.command("import")(importing.bring)
app.command()(models.models)
app.command()(doctor.doctor)
app.command()(config.config)
app.command()(version.version)
