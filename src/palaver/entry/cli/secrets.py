"""`palaver secrets`: the keys that seal what people store here, whether the server runs or not; it shows no secret."""

import typer

from palaver.entry.cli.inforce import settings_in_force

app = typer.Typer(no_args_is_help=True, help="Replace the key that seals secrets, or what that key is wrapped by.")


@app.command()
def rotate() -> None:
    """Take a new key and seal everything with it; the old one goes once nothing needs it. Ended midway, it goes on."""
    import asyncio

    from palaver.core.audit import SecurityEvent
    from palaver.entry.auditing import open_audit
    from palaver.entry.database import open_database
    from palaver.entry.home import prepare_home
    from palaver.entry.keys import rotation_of
    from palaver.kit.clock import SystemClock
    from palaver.privacy.keys.rotating import Rotated

    settings = settings_in_force().settings

    async def once() -> Rotated:
        prepare_home(settings.home)
        async with open_database(settings) as database:
            done = await rotation_of(settings, database, SystemClock()).rotate()
            said = {"sealed": str(done.fields), "retired": " ".join(done.retired), "kept": " ".join(done.needed)}
            event = SecurityEvent(kind="secrets.rotated", subject=done.key_id, detail=said)
            await open_audit(settings, database, SystemClock())(event)
            return done

    done = asyncio.run(once())
    print(f"Key {done.key_id} seals everything now; {done.fields} stored secrets were sealed with it.")
    for key_id in done.retired:
        print(f"Key {key_id} is needed no more and was removed. Backups that were made before need it still.")
    for key_id in done.needed:
        print(f"Key {key_id} is kept: something is sealed with it in the form of an older version. Enter that anew.")


@app.command()
def rewrap() -> None:
    """Write the keys down anew, wrapped by what `secrets.key` or `secrets.command` say now."""
    from palaver.entry.keys import ring_of

    ring = ring_of(settings_in_force().settings)
    ring.rewrap()
    print("The keys are wrapped." if ring.wrapped() else "The keys lie in the home as they are.")
