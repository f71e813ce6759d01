"""The words in which people order something done, in five languages, as lists for `errand_forms`; no grammar. Pure.

All words are folded (see `literals`). The languages stand together, so that mixed sentences are understood as well.
"""

from palaver.inference.guide.literals import CODE, FENCE, FILE, JSON, QUOTE, URL

_SAID = rf"(?:{QUOTE}+|{CODE}+|{FENCE}+)"

LISTS: dict[str, str] = {
    "polite": r"""
        please|pls|hey|hi|hello|ok|okay|so|now|well|palaver|guide|just|kindly|also|go ahead and|let's|first
        finally|next
        can you|could you|would you|will you|i (?:want|need|would like|'d like) you to|i'd like you to
        bitte|ich mochte,? dass du|kannst du|konntest du|konnen sie|konnten sie|wurdest du|mal|jetzt|zuerst|auch
        s'il te plait|s'il vous plait|stp|svp|peux-tu|peux tu|pouvez-vous|pouvez vous|pourrais-tu|pourriez-vous
        tu peux
        veuillez|merci de|d'abord|maintenant|aussi
        por favor|puedes|podrias|puede|podria|quiero que|ahora|primero|tambien
        tafadhali|naomba|unaweza|je|sasa|kwanza|pia""",
    "write": r"""
        write|create|make|save|put|store|generate|add
        schreib(?:e|en|t|st)?|erstell(?:e|en|t|st)?|leg(?:e|en)?|speicher(?:e|n)?|mach(?:e|en)?|erzeug(?:e|en)
        anleg(?:en|st)
        ecris|ecrivez|ecrire|cree|creez|creer|fais|faites|enregistre(?:z|r)?|mets|mettez|mettre
        escribe|escriba|escribir|crea|cree|crear|haz|haga|hacer|guarda|guarde|guardar|pon|ponga|poner
        andika|uandike|kuandika|unda|uunde|kuunda|tengeneza|utengeneze|kutengeneza|hifadhi|kuhifadhi|weka""",
    "create": r"""
        create|make|touch|add|generate|erstell\w*|leg\w*|anlegen|mach\w*|erzeug\w*|cree\w*|fais|faites|crea\w*
        haz|haga
        unda|uunde|kuunda|tengeneza|utengeneze|kutengeneza""",
    "art": r"""
        a|an|the|this|my|our|new|another|one|me|us|small|short|empty|blank|text|plain|markdown|simple
        eine?n?|die|der|das|den|dem|mir|neuen?|neues?|leere?[ns]?|une?|le|la|les|moi|nouveau|nouvelle|vide
        una?|el|los|las|nuev[oa]|vaci[oa]|mpya|tupu""",
    "noun": r"""
        (?:text ?|markdown ?)?files?|document|note|(?:text)?datei|dokument|notiz|fichiers?(?: texte)?|documento?
        archivos?(?: de texto)?|ficheros?|nota|faili(?: (?:mpya|ya maandishi|la maandishi))?|hati""",
    "called": r"""
        called|named|with (?:the )?(?:file ?)?name|by the name of|namens|mit (?:dem )?namen|genannt
        (?:appele|nomme|intitule)e?|du nom de|llamad[oa]|con (?:el )?nombre(?: de)?|de nombre
        inayoitwa|iitwayo|liitwalo|linaloitwa|yenye jina(?: la)?|kwa jina(?: la)?""",
    "words": r"""
        words?|text|contents?|lines?|sentence|message|code|body|inhalt|text|worten?|wortern|satz|zeilen?
        texte|contenu|mots?|phrase|lignes?|texto|contenido|palabras?|frase|lineas?|maneno|maandishi|neno|ujumbe
        yaliyomo""",
    "the": r"""
        the|these|this|following|as|its|dem|den|der|das|folgenden?|le|la|les|el|la|las|los|siguientes?|suivante?s?""",
    "in": r"""
        in|into|to|inside|onto|at|of|from|under|within|through|across|nach|aus|im|ins|unter|auf
        dans|en|a|de|du|des|sous|sur|del|bajo|katika|kwenye|ndani ya|cha|ya|la""",
    "read": r"""
        read|open|show|display|print|cat|view|get|give|see|look at|lies|liest|lese|lesen|zeig(?:e|en|t)?|offne
        offnen|gib
        lis|lisez|lire|montre(?:z|r)?|montre-moi|affiche(?:z|r)?|ouvre(?:z)?|ouvrir
        lee|lea|leer|muestra|muestre|mostrar|muestrame|ensename|abre|abra|abrir
        soma|usome|kusoma|onyesha|nionyeshe|fungua|kufungua""",
    "list": r"""
        list|show|display|ls|give|see|zeig(?:e|en)?|liste|auflisten|nenne|montre(?:z|r)?|montre-moi|liste(?:z|r)?
        affiche(?:z|r)?|lista|liste|listar|muestra|muestre|muestrame|mostrar|orodhesha|onyesha|nionyeshe""",
    "files": r"""
        files|folders?|directory|directories|workspace|dateien|ordner|verzeichnis|arbeitsbereich
        fichiers|dossiers?|repertoire|archivos|ficheros|carpetas?|directorio|mafaili|faili|folda""",
    "delete": r"""
        delete|remove|erase|losch(?:e|en)|entfern(?:e|en)|supprime(?:z|r)?|efface(?:z|r)?|enleve(?:z|r)?
        borra|borre|borrar|elimina|elimine|eliminar|suprime|futa|ufute|kufuta|ondoa|kuondoa""",
    "replace": r"""
        replace|change|substitute|swap|edit|ersetz(?:e|en)|ander(?:e|n)|tausche?n?|remplace(?:z|r)?|change(?:z|r)?
        modifie(?:z|r)?|reemplaza|reemplace|reemplazar|cambia|cambie|cambiar|sustituye|sustituya
        badilisha|ubadilishe|kubadilisha|badili""",
    "by": r"with|by|to|into|for|durch|mit|zu|in|par|en|avec|por|con|a|na|kwa|kuwa",
    "search": r"""
        search|look|grep|find|such(?:e|en)?|find(?:e|en)|durchsuche?n?|cherche(?:z|r)?|recherche(?:z|r)?
        trouve(?:z|r)?
        busca|busque|buscar|encuentra|tafuta|utafute|kutafuta""",
    "run": r"""
        run|execute|launch|fuhr(?:e|en)?|ausfuhren|starte|execute(?:z|r)?|lance(?:z|r)?|ejecuta|ejecute|ejecutar
        corre|lanza|endesha|uendeshe|kuendesha|tekeleza""",
    "command": r"""
        (?:shell |bash |terminal )?(?:command|commands|script)|befehl|kommando|shell-befehl|commande|comando
        orden|amri""",
    "shell": r"""
        (?:the |a )?(?:shell|bash|terminal|command line|console|sandbox)|der shell|dem terminal|le terminal
        la terminal
        el terminal|la consola|terminali""",
    "python": r"""
        (?:(?:this|the|some|following|diesen|folgenden|ce|este|el|le) )*(?:python|py)(?:[ -]?(?:code|script|program))?
        (?:codigo|code|msimbo wa) (?:de )?python""",
    "compute": r"""
        calculate|compute|work out|evaluate|solve|what(?:'s| is)|how much is|berechne|rechne(?: aus)?|was ist
        wie viel ist
        wieviel ist|was ergibt|calcule(?:z|r)?|combien (?:fait|font)|calcula|calcule|calcular|cuanto es|kokotoa
        hesabu""",
    "fetch": r"""
        fetch|get|open|download|visit|read|load|browse(?: to)?|show|check|look at|go to|hol(?:e|en)?
        lad(?:e|en)?|ruf(?:e|en)?
        offne|offnen|lies|lesen|besuche|zeig(?:e|en)?|recupere(?:z|r)?|telecharge(?:z|r)?|ouvre(?:z)?|ouvrir
        va sur|lis|lire
        visite(?:z|r)?|charge(?:z|r)?|obten|obtenga|descarga|descargue|descargar|abre|abra|visita|lee|trae|carga
        pata|fungua|leta|pakua|soma|tembelea""",
    "todo": r"""
        to-?dos?(?:[ -](?:list|liste))?|to do list|task list|check ?list|aufgabenliste|liste der aufgaben
        liste (?:de |des )(?:taches|choses a faire)|lista de (?:tareas|pendientes|cosas por hacer)
        orodha ya (?:kazi|mambo ya kufanya|majukumu)""",
    "ask": r"""
        ask me|quiz me|frag(?:e|en)? mich|stell(?:e|en)? mir|mir stellen|pose(?:z)?-moi|pose(?:z)? moi
        demande(?:z)?-moi|demande moi
        hazme|hagame|preguntame|pregunteme|niulize|uniulize""",
    "question": r"(?:an?|one|some|eine|une|una)? ?(?:questions?|frage|pregunta|swali|something|etwas|algo)",
    "use": r"""
        use|open|load|apply|invoke|activate|(?:be)?nutz(?:e|en)|verwend(?:e|en)|utilise(?:z|r)?|emploie|usa|use
        usar|utiliza
        aplica|tumia|utumie|kutumia""",
    "skill": r"skill|fertigkeit|fahigkeit|competence|habilidad|ujuzi",
    "agent": r"""
        sub-?agents?|agents?|helper|unteragente?n?|agenten|sous-agent|subagente|agente
        wakala(?: (?:msaidizi|mdogo))?""",
    "delegate": r"""
        ask|tell|let|have|use|start|send|give|instruct|spawn|delegate(?: this)? to|frag(?:e|en)?
        beauftrag(?:e|en)|lass|bitte
        demande(?:z|r)? a|charge(?:z|r)?|pide(?: a)?|dile a|encarga a|mwambie|mwombe|muulize|tuma""",
    "to": r"to|for|zu|dass|damit|de|d|que|para|ili" "",
}

# A file name as said: bare, quoted or in backticks.
NAME = rf"(?:{FILE}+|{QUOTE}+|{CODE}+)"
# What stands word for word.
LITERAL = rf"(?:{FENCE}+|{QUOTE}+|{CODE}+|{JSON}+|{FILE}+|{URL}+)"
SAID = _SAID
