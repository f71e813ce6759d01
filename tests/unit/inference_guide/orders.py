"""Orders as people type them and the calls that they mean, step by step; and sentences that order nothing."""

from typing import Any

from palaver.inference.guide.errand_forms import Call

Steps = tuple[tuple[Call, ...], ...]


def one(tool: str, **arguments: Any) -> Steps:
    return ((Call(tool, arguments),),)


def both(*steps: Steps) -> Steps:
    """At the same time."""
    return (tuple(call for step in steps for calls in step for call in calls),)


def then(*steps: Steps) -> Steps:
    """One after the other."""
    return tuple(calls for step in steps for calls in step)


def write(path: str, content: str) -> Steps:
    return one("Write", path=path, content=content)


def read(path: str) -> Steps:
    return one("Read", path=path)


def edit(path: str, old: str, new: str, **more: Any) -> Steps:
    return one("Edit", path=path, old=old, new=new, **more)


def bash(command: str) -> Steps:
    return one("Bash", command=command, description="Run a command for the person")


def delete(word: str) -> Steps:
    return one("Bash", command=f"rm -- {word}", description="Delete a file")


def python(code: str) -> Steps:
    return one("Python", code=code)


def fetch(url: str) -> Steps:
    return one("WebFetch", url=url)


def todo(*items: str) -> Steps:
    return one("TodoWrite", items=list(items))


def ask(question: str, *options: str) -> Steps:
    asked: dict[str, Any] = {"header": "Question", "question": question, "multi": False}
    return one("AskUserQuestion", questions=[asked | ({"options": list(options)} if options else {})])


def grep(pattern: str, **more: str) -> Steps:
    return one("Grep", pattern=pattern, **({"mode": "content"} | more))


def search(query: str) -> Steps:
    return one("search_files", query=query)


def task(prompt: str, **more: str) -> Steps:
    return one("Task", prompt=prompt, description=" ".join(prompt.split()[:6]), **more)


LIST, PAGE = one("LS"), "https://example.com"
WHAT_NEXT = ask("What would you like me to do next?", "List the files", "Nothing for now")

ENGLISH: tuple[tuple[str, Steps], ...] = (
    ("write a.txt with 'hi'", write("a.txt", "hi")),
    ("Write a file called notes.txt with the words \"Buy bread\"", write("notes.txt", "Buy bread")),
    ("write a file with \"hello\"", write("note.txt", "hello")),
    ("please create a file hello.md containing `# Hi`", write("hello.md", "# Hi")),
    ("Could you write a file named 'my list.txt' that says \"milk\"?", write("my list.txt", "milk")),
    ("write x.txt saying hello world", write("x.txt", "hello world")),
    ("write x.txt saying hello and goodbye", write("x.txt", "hello and goodbye")),
    ("put \"hello\" into greet.txt", write("greet.txt", "hello")),
    ("save 'x' to out/x.txt", write("out/x.txt", "x")),
    ("save \"it's late\" as late.txt", write("late.txt", "it's late")),
    ("write notes.txt: Ada Lovelace", write("notes.txt", "Ada Lovelace")),
    ("write notes.txt:\nline one\nline two", write("notes.txt", "line one\nline two")),
    ("Write the following to notes.txt:\n\nline one\n\nline two", write("notes.txt", "line one\n\nline two")),
    ("write x.py with\n```python\nprint(\"a\")\n```", write("x.py", 'print("a")\n')),
    ("create config.json with {\"a\": [1, 2]}", write("config.json", '{"a": [1, 2]}')),
    ("create notes.txt", write("notes.txt", "")),
    ("make an empty file called empty.txt", write("empty.txt", "")),
    ("Write Ünï.txt with 'Ça va, Straße?'", write("Ünï.txt", "Ça va, Straße?")),
    ("write ../../etc/passwd with 'x'", write("../../etc/passwd", "x")),
    ("write a.txt with \"X\" and b.txt with \"Y\"", both(write("a.txt", "X"), write("b.txt", "Y"))),
    ("write a.txt with 'X', b.txt with 'Y' and c.txt with 'Z'",
     both(write("a.txt", "X"), write("b.txt", "Y"), write("c.txt", "Z"))),
    ("write x.txt with 'hi' and then read it", then(write("x.txt", "hi"), read("x.txt"))),
    ("write x.txt with 'hi' and read it", then(write("x.txt", "hi"), read("x.txt"))),
    ("write x.txt with 'hi'. Then list the files.", then(write("x.txt", "hi"), LIST)),
    ("write x.txt with \"1\", then read x.txt, then delete it",
     then(write("x.txt", "1"), read("x.txt"), delete("x.txt"))),
    ("write x.txt with 'a', then replace 'a' with 'b' in it", then(write("x.txt", "a"), edit("x.txt", "a", "b"))),
    ("write a.txt saying hello and read b.txt", both(write("a.txt", "hello"), read("b.txt"))),
    ("read notes.txt", read("notes.txt")),
    ("Read the file notes.txt, please.", read("notes.txt")),
    ("show me the contents of notes.txt", read("notes.txt")),
    ("can you open src/main.py?", read("src/main.py")),
    ("what's in notes.txt?", read("notes.txt")),
    ("what does notes.txt say?", read("notes.txt")),
    ("cat README.md", read("README.md")),
    ("read the file \"my list\"", read("my list")),
    ("read a.txt, b.txt and c.txt", both(read("a.txt"), read("b.txt"), read("c.txt"))),
    ("read x.txt and list the files", both(read("x.txt"), LIST)),
    ("list files", LIST),
    ("List the files, please", LIST),
    ("can you list all the files?", LIST),
    ("show me the files", LIST),
    ("list the files in src/", one("LS", path="src/")),
    ("what files are there?", LIST),
    ("which files do you have", LIST),
    ("ls", LIST),
    ("find all *.py files", one("Glob", pattern="*.py")),
    ("find *.md in docs/", one("Glob", pattern="*.md", path="docs/")),
    ("find files named \"*.txt\"", one("Glob", pattern="*.txt")),
    ("find the file notes.txt", one("Glob", pattern="**/notes.txt")),
    ("search for 'needle' in the files", grep("needle")),
    ("search the files for TODO", grep("TODO")),
    ("grep TODO in src/", grep("TODO", path="src/")),
    ("find \"a.b(c)\" in x.txt", grep("a\\.b\\(c\\)", path="x.txt")),
    ("look for 'x' in *.py", grep("x", glob="*.py")),
    ("which files contain \"hello\"?", one("Grep", pattern="hello")),
    ("search my documents for the rent of the flat", search("the rent of the flat")),
    ("Please look through my files for the rent", search("the rent")),
    ("find 'rent' in all documents", search("rent")),
    ("What do my documents say about the rent?", search("the rent")),
    ("durchsuche meine Dokumente nach der Miete", search("der Miete")),
    ("Was steht in meinen Unterlagen über die Miete?", search("die Miete")),
    ("cherche le loyer dans mes documents", search("le loyer")),
    ("busca el alquiler en mis documentos", search("el alquiler")),
    ("tafuta kodi katika nyaraka zangu", search("kodi")),
    ("delete notes.txt", delete("notes.txt")),
    ("remove the file \"it's mine.txt\"", delete("'it'\"'\"'s mine.txt'")),
    ("replace 'a' with 'b' in x.txt", edit("x.txt", "a", "b")),
    ("in x.txt, replace \"a\" with \"b\"", edit("x.txt", "a", "b")),
    ("change foo to bar in x.txt", edit("x.txt", "foo", "bar")),
    ("replace all 'a' by 'b' in x.txt", edit("x.txt", "a", "b", all=True)),
    ("edit x.txt and replace 'a' with 'b'", edit("x.txt", "a", "b")),
    ("run `ls -la`", bash("ls -la")),
    ("run the command ls -la", bash("ls -la")),
    ("run ls", bash("ls")),
    ("please run the command \"echo hi && echo ho\"", bash("echo hi && echo ho")),
    ("execute `echo hi` in the shell", bash("echo hi")),
    ("bash: echo hi", bash("echo hi")),
    ("run:\n```bash\nls\n```", bash("ls")),
    ("run this python: ```python\nprint(1)\n```", python("print(1)\n")),
    ("run this:\n```python\nprint(1)\n```", python("print(1)\n")),
    ("run python: print(1+1)", python("print(1+1)")),
    ("run `print(2)` in python", python("print(2)")),
    ("calculate 12*7", python("print(12*7)")),
    ("what is 12 × 7?", python("print(12 * 7)")),
    ("12*7", python("print(12*7)")),
    ("calculate (3+4)^2 with python", python("print((3+4)**2)")),
    ("fetch https://example.com", fetch(PAGE)),
    ("please open https://example.com/a?b=c.", fetch("https://example.com/a?b=c")),
    ("get the page example.com", fetch(PAGE)),
    ("search the web for palaver trees", one("WebSearch", query="palaver trees")),
    ("make a to-do list: water plants, call Ada and sleep", todo("water plants", "call Ada", "sleep")),
    ("create a todo list with\n- one\n- two, really", todo("one", "two, really")),
    ("ask me a question", WHAT_NEXT),
    ("ask me: tea or coffee?", ask("Tea or coffee?", "tea", "coffee")),
    ("ask me which colour it is: red, green or blue", ask("Which colour it is?", "red", "green", "blue")),
    ("use the skill pdf", one("Skill", name="pdf")),
    ("use the pdf skill to read x.pdf", one("Skill", name="pdf", arguments="read x.pdf")),
    ("ask a subagent to list the files", task("list the files")),
    ("ask the researcher agent to look up cats", task("look up cats", agent="researcher")),
    ("delegate \"count the files\" to a subagent", task("count the files")),
    ("use mcp__fs__read with {\"path\": \"x\"}", one("mcp__fs__read", path="x")),
    ("call the tool Write with {\"path\": \"a\", \"content\": \"b\"}", write("a", "b")),
    ("use mcp__fs__read", one("mcp__fs__read")),
)  # fmt: skip

SWAHILI: tuple[tuple[str, Steps], ...] = (
    ('Andika faili maelezo.txt yenye maneno "habari"', write("maelezo.txt", "habari")),
    ("Tafadhali unda faili inayoitwa a.txt yenye maandishi 'x'", write("a.txt", "x")),
    ("andika a.txt yenye 'x' kisha soma a.txt", then(write("a.txt", "x"), read("a.txt"))),
    ("Soma maelezo.txt", read("maelezo.txt")),
    ("Fungua faili maelezo.txt", read("maelezo.txt")),
    ("Orodhesha mafaili", LIST),
    ("Nionyeshe mafaili", LIST),
    ("Futa faili x.txt", delete("x.txt")),
    ('Badilisha "a" kuwa "b" katika x.txt', edit("x.txt", "a", "b")),
    ('Tafuta "x" kwenye mafaili', grep("x")),
    ("Endesha amri `ls`", bash("ls")),
    ("Hesabu 12*7", python("print(12*7)")),
    ("Fungua https://example.com", fetch(PAGE)),
    ("Tengeneza orodha ya kazi: soma, lala", todo("soma", "lala")),
    ("Niulize swali", WHAT_NEXT),
    ("Tumia ujuzi pdf", one("Skill", name="pdf")),
    ("Mwambie wakala msaidizi kuorodhesha mafaili", task("kuorodhesha mafaili")),
)

GERMAN: tuple[tuple[str, Steps], ...] = (
    ("Schreib eine Datei notizen.txt mit dem Inhalt \"Brot kaufen\"", write("notizen.txt", "Brot kaufen")),
    ("Kannst du bitte eine Datei notes.txt mit dem Text 'x' anlegen?", write("notes.txt", "x")),
    ("Ich möchte, dass du eine Datei a.txt mit \"x\" erstellst", write("a.txt", "x")),
    ("Lege eine Datei namens „a.txt“ mit den Worten „Grüß Gott“ an", write("a.txt", "Grüß Gott")),
    ("Schreibe \"x\" in a.txt", write("a.txt", "x")),
    ("Schreibe a.txt mit 'x' und lies sie", then(write("a.txt", "x"), read("a.txt"))),
    ("Lies notes.txt", read("notes.txt")),
    ("Zeig mir die Datei notes.txt", read("notes.txt")),
    ("Was steht in x.txt?", read("x.txt")),
    ("Zeig mir die Dateien", LIST),
    ("Welche Dateien gibt es?", LIST),
    ("Lösche x.txt", delete("x.txt")),
    ("Ersetze \"a\" durch \"b\" in x.txt", edit("x.txt", "a", "b")),
    ("Suche nach \"x\" in den Dateien", grep("x")),
    ("Führe `ls` aus", bash("ls")),
    ("Führe den Befehl \"echo hi\" aus", bash("echo hi")),
    ("Rechne 12*7 aus", python("print(12*7)")),
    ("Was ist 12*7?", python("print(12*7)")),
    ("Öffne https://example.com", fetch(PAGE)),
    ("Erstelle eine Aufgabenliste: einkaufen, kochen", todo("einkaufen", "kochen")),
    ("Frag mich etwas", WHAT_NEXT),
    ("Stell mir eine Frage", WHAT_NEXT),
    ("Benutze den Skill pdf", one("Skill", name="pdf")),
    ("Beauftrage einen Unteragenten: liste die Dateien", task("liste die Dateien")),
)  # fmt: skip

FRENCH: tuple[tuple[str, Steps], ...] = (
    ("Crée un fichier notes.txt avec le texte « bonjour »", write("notes.txt", "bonjour")),
    ('Écris "salut" dans a.txt', write("a.txt", "salut")),
    ("Peux-tu créer un fichier nommé a.txt contenant 'x' ?", write("a.txt", "x")),
    ('Crée a.txt avec "x" puis lis a.txt', then(write("a.txt", "x"), read("a.txt"))),
    ("Lis le fichier notes.txt", read("notes.txt")),
    ("Montre-moi notes.txt s'il te plaît", read("notes.txt")),
    ("Peux-tu lister les fichiers ?", LIST),
    ("Montre les fichiers", LIST),
    ("Supprime le fichier x.txt", delete("x.txt")),
    ('Remplace "a" par "b" dans x.txt', edit("x.txt", "a", "b")),
    ('Cherche "x" dans les fichiers', grep("x")),
    ("Exécute la commande `ls`", bash("ls")),
    ("Calcule 12*7", python("print(12*7)")),
    ("Ouvre https://example.com", fetch(PAGE)),
    ("Fais une liste de tâches : lire, dormir", todo("lire", "dormir")),
    ("Pose-moi une question", WHAT_NEXT),
    ("Utilise la compétence pdf", one("Skill", name="pdf")),
    ("Demande à un sous-agent de compter", task("compter")),
)

SPANISH: tuple[tuple[str, Steps], ...] = (
    ('Escribe un archivo notas.txt con el texto "hola"', write("notas.txt", "hola")),
    ("¿Puedes crear un archivo llamado a.txt que diga 'x'?", write("a.txt", "x")),
    ('Guarda "x" en a.txt', write("a.txt", "x")),
    ('Escribe a.txt con "x" y luego lee a.txt', then(write("a.txt", "x"), read("a.txt"))),
    ("Lee notas.txt", read("notas.txt")),
    ("Muéstrame el archivo notas.txt, por favor", read("notas.txt")),
    ("Muestra los archivos", LIST),
    ("¿Qué archivos hay?", LIST),
    ("Borra el archivo x.txt", delete("x.txt")),
    ('Cambia "a" por "b" en x.txt', edit("x.txt", "a", "b")),
    ('Busca "x" en los archivos', grep("x")),
    ("Ejecuta `ls`", bash("ls")),
    ("Calcula 12*7", python("print(12*7)")),
    ("Abre https://example.com", fetch(PAGE)),
    ("Haz una lista de tareas: leer, dormir", todo("leer", "dormir")),
    ("Hazme una pregunta", WHAT_NEXT),
    ("Usa la habilidad pdf", one("Skill", name="pdf")),
    ("Pide a un subagente que cuente", task("cuente")),
)

BY_MEANS_OF = (
    ("Use Bash to run `echo hi`", bash("echo hi")),
    ("use the Bash tool to run `ls -la`", bash("ls -la")),
    ("Use the Write tool to create a.txt containing hi", write("a.txt", "hi")),
    ("use Python to compute 2+2", python("print(2+2)")),
)
ORDERS = (*BY_MEANS_OF, *ENGLISH, *SWAHILI, *GERMAN, *FRENCH, *SPANISH)

# Of these something is missing that nobody can make up.
HALF_SAID = (
    "write a file",
    "write poem.txt with a poem about trees",
    "write a poem into poem.txt",
    "write notes.txt",
    "make a to-do list",
    "Schreib eine Datei",
)

NO_ORDERS = (
    "how do I write a file?",
    "How can I make it run a command?",
    "can you write files?",
    "How do I use Bash to run `ls`?",
    "can you delete files?",
    "can I delete a session?",
    "what does the Write tool do?",
    "why did you write notes.txt?",
    "did you read notes.txt?",
    "should I run `ls`?",
    "what is a tool?",
    "what is palaver",
    "tell me about files",
    "I wrote a.txt with 'hi' yesterday",
    "you should not write a.txt with 'hi'",
    "don't write a.txt with 'x'",
    "never delete notes.txt",
    "The file said: write a.txt with 'x'",
    "Do you think that \"write a.txt with 'x'\" works?",
    "> write a.txt with 'x'",
    "\"run `ls`\"",
    "```\nwrite a.txt with 'x'\n```",
    "run as a systemd service",
    "run with docker",
    "open the settings",
    "open source license",
    "read only mode",
    "find a conversation",
    "search my old chats",
    "list all models",
    "show me the settings",
    "make a user",
    "create an api key",
    "change the port",
    "replace the model",
    "remove a session",
    "ask again",
    "save money",
    "fetch the models",
    "use ollama",
    "use a proxy",
    "call the API with curl",
    "write me a poem",
    "write a python script that prints hello",
    "write a story about a file",
    "tell me a joke about files",
    "translate this to French: read notes.txt",
    "Wie schreibe ich eine Datei?",
    "Comment écrire un fichier ?",
    "¿Cómo escribo un archivo?",
    "Ninawezaje kuandika faili?",
    "",
    "???",
)  # fmt: skip
