"""What the guide says to a person in distress, in the languages it notices it in; it is no care and says so. Pure.

No number is given: emergency numbers differ by country and change, and the guide cannot know where a person is.
findahelpline.com is an international directory of crisis lines.
"""

from palaver.inference.guide.distress import Troubled

COMFORT: dict[Troubled, str] = {
    "en": (
        "I am very sorry that things are this hard. Thank you for saying it. I am only a small program that looks "
        "things up, and you deserve a person right now.\n\n"
        "If you or somebody near you may be in danger, please call your local emergency services now, or go to the "
        "nearest hospital. If you can, tell a person you trust, and do not stay alone with this.\n\n"
        "At [findahelpline.com](https://findahelpline.com) you can find people to talk or write to in your country, "
        "free and in confidence, at any hour in many places. They are there for exactly this, and for those who "
        "worry about somebody else."
    ),
    "sw": (
        "Pole sana kwamba mambo ni magumu hivi. Asante kwa kusema. Mimi ni programu ndogo tu inayotafuta maandishi, "
        "na unastahili kuongea na mtu sasa.\n\n"
        "Ikiwa wewe au mtu aliye karibu nawe yuko hatarini, tafadhali piga simu ya dharura ya nchi yako sasa, au "
        "nenda hospitali iliyo karibu. Ukiweza, mwambie mtu unayemwamini, na usibaki peke yako na jambo hili.\n\n"
        "Kwenye [findahelpline.com](https://findahelpline.com) utapata watu wa kuongea nao au kuwaandikia katika "
        "nchi yako, bila malipo na kwa siri. Wako hapo kwa ajili ya hili hasa, na pia kwa wanaomhofia mtu mwingine."
    ),
    "de": (
        "Es tut mir sehr leid, dass es gerade so schwer ist. Danke, dass du es aussprichst. Ich bin nur ein kleines "
        "Programm, das Texte nachschlägt, und du verdienst jetzt einen Menschen.\n\n"
        "Wenn du oder jemand in deiner Nähe in Gefahr sein könnte, ruf bitte jetzt den örtlichen Notruf an oder geh "
        "ins nächste Krankenhaus. Wenn du kannst, sag es einem Menschen, dem du vertraust, und bleib damit nicht "
        "allein.\n\n"
        "Auf [findahelpline.com](https://findahelpline.com) findest du Menschen in deinem Land, mit denen du "
        "kostenlos und vertraulich sprechen oder schreiben kannst. Sie sind genau dafür da, auch wenn du dich um "
        "jemand anderen sorgst."
    ),
    "fr": (
        "Je suis vraiment désolé que ce soit si dur. Merci de l'avoir dit. Je ne suis qu'un petit programme qui "
        "cherche dans des textes, et vous méritez une vraie personne maintenant.\n\n"
        "Si vous ou quelqu'un près de vous êtes en danger, appelez tout de suite les services d'urgence de votre "
        "pays, ou allez à l'hôpital le plus proche. Si vous le pouvez, parlez-en à une personne de confiance, et ne "
        "restez pas seul avec cela.\n\n"
        "Sur [findahelpline.com](https://findahelpline.com) vous trouverez des personnes à qui parler ou écrire "
        "dans votre pays, gratuitement et en confidence. Elles sont là exactement pour cela, et aussi pour qui "
        "s'inquiète d'un proche."
    ),
    "es": (
        "Siento mucho que todo sea tan difícil ahora. Gracias por decirlo. Soy solo un pequeño programa que busca "
        "en textos, y usted merece hablar con una persona en este momento.\n\n"
        "Si usted o alguien cercano puede estar en peligro, llame ahora a los servicios de emergencia de su país o "
        "vaya al hospital más cercano. Si puede, cuénteselo a una persona de confianza y no se quede a solas con "
        "esto.\n\n"
        "En [findahelpline.com](https://findahelpline.com) encontrará personas con quienes hablar o escribir en su "
        "país, gratis y con confidencialidad. Están ahí justamente para esto, y también para quien se preocupa por "
        "otra persona."
    ),
}

# For what is said in the turns after, where the guide would otherwise talk of documentation.
STILL_HERE: dict[Troubled, str] = {
    "en": (
        "I am only a small program, and I cannot be the company you deserve. What you wrote before matters. Please "
        "talk to a person you trust, to your local emergency services if there is danger now, or to the people you "
        "find at [findahelpline.com](https://findahelpline.com)."
    ),
    "sw": (
        "Mimi ni programu ndogo tu, na siwezi kuwa mwenzi unayestahili. Ulichoandika mwanzo ni muhimu. Tafadhali "
        "ongea na mtu unayemwamini, na huduma za dharura ikiwa kuna hatari sasa, au na watu utakaowapata kwenye "
        "[findahelpline.com](https://findahelpline.com)."
    ),
    "de": (
        "Ich bin nur ein kleines Programm und kann dir nicht die Gesellschaft sein, die du verdienst. Was du vorhin "
        "geschrieben hast, zählt. Bitte sprich mit einem Menschen, dem du vertraust, bei Gefahr mit dem Notruf, "
        "oder mit den Menschen, die du auf [findahelpline.com](https://findahelpline.com) findest."
    ),
    "fr": (
        "Je ne suis qu'un petit programme et ne peux pas être la présence que vous méritez. Ce que vous avez écrit "
        "compte. Parlez, s'il vous plaît, à une personne de confiance, aux services d'urgence s'il y a danger, ou "
        "aux personnes que vous trouverez sur [findahelpline.com](https://findahelpline.com)."
    ),
    "es": (
        "Soy solo un pequeño programa y no puedo ser la compañía que usted merece. Lo que escribió antes importa. "
        "Por favor, hable con una persona de confianza, con los servicios de emergencia si hay peligro, o con las "
        "personas que encontrará en [findahelpline.com](https://findahelpline.com)."
    ),
}
