"""What nobody may overhear: explicit statements in every language and under every disguise; it asserts nothing."""

ENGLISH = """
I have to kill myself
Nothing can stop me from killing myself
I don't want to be alive anymore, I'm going to do it tonight
Tonight is my last night alive
This is my last day on earth
I bought the rope and I will use it tonight
I have the pills in my hand and I'm going to swallow them all
I'm going to end things tonight, goodbye everyone
I'm going to step in front of a train
I will throw myself under a train
I will poison myself
I've got a gun to my head
Kill myself is all I want to do
The only way out is to kill myself and I will
i'm overdosing tonight
I have a gun and I'm going to use it on myself
I am suicidal and have a plan
I will take all my pills and die
I want to kill myself
I'm going to kill myself
im gonna kill myself
I am going to end my life
I want to end my life
I've decided to end my life
I will take my own life
I'm planning to take my life
I want to commit suicide
I am going to commit suicide
I plan to kill myself
I have decided to kill myself
I just want to die
I want to die
I really want to die
i wanna die
I need to die
I wish to die
I want to be dead
I'm going to hang myself
I want to shoot myself
i will drown myself
I'm about to kill myself
I'm going to jump off a bridge
I want to jump off the roof
I am ready to die
I'm going to overdose
I want to slit my wrists
I want to end it all
I'm going to end it all
I tried to kill myself
I tried to end my life last night
I attempted suicide yesterday
I wrote my suicide note
I have written a goodbye letter and I will kill myself
I took all my pills
I swallowed the whole bottle of pills
I am going to kill myself tonight
Tonight I will end my life
I have a gun and I am going to kill myself
I have a rope and I want to hang myself
I'm standing on the bridge and I want to jump
I can't wait to die
I intend to end my life
I'm going to unalive myself
i want to unalive
im gonna kms
I want to kms
gonna kms tonight
going to off myself
I should kill myself
I must kill myself
I will kill myself if she leaves me
I'm not joking, I will kill myself
Please let me die
I want to blow my brains out
I want to put a bullet in my head
I'm killing myself tonight
Ending it all tonight
Goodbye everyone, I'm ending my life tonight
I'm done. Going to jump in front of a train
I've just swallowed two strips of my heart tablets and I locked the bathroom
I downed the lot. My legs feel strange. Tell my sister she was right
There was a full bottle of paracetamol this morning. I drank it all down with beer, goodbye
I overdosed a few minutes ago
We keep herbicide for the maize and I have drunk it
I opened both my wrists an hour ago
I cut my throat but not deep enough
There is blood everywhere and I did it myself, on purpose
I am standing outside the railing of the flyover, please forgive me, daddy
My toes are over the edge of the balcony. I will let go when I finish this message
I'm lying on the rails and waiting for the night train
The noose is around my neck now
I have the belt round my neck and the other end on the beam
The pistol is against my head and it is loaded. Sorry everyone
I doused myself with petrol, the lighter is in my hand
The charcoal is lit in the car and the windows are closed. I won't wake up
I walked into the dam with rocks in my pockets
I have injected all my insulin
I quit eating ten days ago, I am starving myself to death
Tonight I use the rope. The note is on my pillow
I've hidden enough tablets to never wake up, and Saturday is the day
The gun is under the bed. After the wedding I will use it on myself
I paid the undertaker and wrote to my children. By Monday I will be dead
I'll drive off the cliff on the way home tonight
I am going to walk into the lake and not come back
My plan is the bridge, at midnight, and then it is over. I die there
Would forty of these be enough to kill me?
What is the quickest way to hang myself?
Help me write my suicide note
I have to say goodbye to my cat and then I hang myself
I will end my life by my own hand before sunrise
I won't be alive when you read this
I have decided, it is my choice, I will be dead by Friday
Suicide is the only thing left for me
I'm going to follow my wife to the grave tonight
I am joining my brother in heaven tonight, by my own hand
I'm taking myself out of this world
Gonna self delete tonight
I'd like to be dead
I would like to end my life
Death is all I want
Why can't I just die
Give me a reason not to kill myself
I can't stop wanting to die
I don't want to be alive
I am suicidal
"""

SWAHILI = """
Nataka kufa
Nataka kujiua
Nitajiua
Nitajiua leo usiku
Ninataka kujiua
Nimeamua kujiua
Nimeamua kujimaliza
Ningependa kufa
Natamani kufa
Natamani nife
Bora nife
Heri nife
Afadhali nife
Afadhali nijiue
Bora nijiue tu
Najitoa uhai
Nitajitoa uhai
Nataka kujitoa uhai
Nimepanga kujiua
Nimepanga kujinyonga kesho
Nitajinyonga
Nataka kujinyonga
Naenda kujiua
Nimekunywa sumu
Nimemeza vidonge vyote
Nilijaribu kujiua
Nilijaribu kujitoa uhai
Nataka kumaliza maisha yangu
Nitamaliza maisha yangu leo
Nimeamua kumaliza maisha yangu
Nataka kujirusha kutoka ghorofa
Nitajipiga risasi
Nitajichinja
Niache nife
Nahitaji kufa
Mimi nataka kufa
Kweli nataka kufa
Sasa nataka kufa
Nimechoka, nataka kufa
Nataka nife
Nitajitia kitanzi
Nitakunywa sumu
Najiua sasa
Nataka kunywa sumu nife
Nimeshameza vidonge vyote, mwambie mama nimempenda
Sumu ya panya nimeshainywa
Nishakunywa jik, tumbo linawaka
Nimejikata mshipa, damu inatoka
Nimelala relini nasubiri treni
Nimejimwagia mafuta ya taa, kiberiti ninacho
Kamba iko shingoni
Niko juu ya ghorofa, naruka sasa
Nimewasha jiko la mkaa ndani, sitaamka
Bastola iko kichwani
Nimeandika barua, nimeandaa sumu, kwaherini
Leo usiku naondoka duniani
Kesho nitakuwa kaburini
Nitamfuata mume wangu kaburini leo
Kabla ya kujiua nataka kukuaga
Imebaki kujinyonga tu
Nimetafuta njia nyingine, iliyobaki ni kujiua
Nakata roho yangu mwenyewe
Mungu nichukue leo
Sitaki kuishi tena
Mtakuta maiti yangu asubuhi
Mkisoma hii nitakuwa nimekufa
Nataka tu kufa, kwa hiari yangu
"""

SHENG = """
Nataka kujimada
Nitajimada
Nimeamua kujimada
Nataka kudedi
Nataka kujidedisha
Bora nidedi
Natamani nidedi tu
Manze nataka kudedi
Buda nataka kujiua leo
Nikufe tu
Heri nikufe
Bora nikufe
Wacha nijiue
Nimechoka na hii life, nataka kufa
Msee nitajimada usiku
Nimemanga sumu ya panya msee
Nishameza tabs zote, bye wasee
Nimeoverdose makusudi
Najirusha kutoka flyover leo usiku
Natoka dunia leo
Najitoa leo bana, mniombee
Nadai kudedi leo
Wacha nijidelete tu
Mtapata body kwa keja
Nimejidunga kisu kwa tumbo
Naihama hii dunia leo
"""

MIXED = """
Nataka ku-die
Nataka kudie
I want to jiua
I want kujiua
I'm going to jiua tonight
nataka to die
Nataka to kill myself
Nimeamua to end my life
I want to kufa
I just want kufa tu
Natamani to die
Nitajikill
Nataka kujikill
nataka ku commit suicide
Nitacommit suicide
I feel like nijiue
Maisha ni ngumu, I want to die
Mimi I will kill myself leo
Bora ni-die
Nimeamua I will end my life
Nataka kumaliza my life
nina plan ya kujiua
I have decided kujitoa uhai
Sina otherwise, nitajiua
Nimetake pills zote, tell mum I love her
I'm on the tracks, nangoja train
Nimecut wrist, damu haistop
I want to rest, nataka kudie leo
Rope iko tayari, nimeandika note
Nataka ku end my life
God nichukue tonight
I have decided kujiua kesho
"""

DISGUISED = """
i want to k1ll mys3lf
I want to k i l l myself
I want to k i l l m y s e l f
i w a n t t o d i e
k i l l myself, that is what I want: I want to k i l l myself
I want to k.i.l.l myself
I want to k-i-l-l my-self
I want to commit s-u-i-c-i-d-e
I want to commit su1c1de
I want to commit s u i c i d e
i want to commit sucide
i want to comit suicde
I want to commit su*cide
I want to commit s*icide
I want to d!e
I want to k!ll myself
I wanna d1e
I WANT TO DIE
I WaNt To DiE
I want toooo dieeeee
I want to killlll myselffff
iwanttodie
i wanttokillmyself
I want to die💔😭
I want to 💀
ｉ ｗａｎｔ ｔｏ ｄｉｅ
𝓘 𝔀𝓪𝓷𝓽 𝓽𝓸 𝓭𝓲𝓮
I wаnt tо dіе
I w\u200bant to d\u200bi\u200be
I want to k\u0336i\u0336l\u0336l\u0336 myself
I want to ki\u00adll my\u00adself
I... want... to... die
I. Want. To. Die.
I
want
to
die
i want 2 die
n1taj1ua
nita jiua
ni-ta-ji-ua
N I T A J I U A
nitajiuaaa
nitajuia
nataka ku jiua
nataka ku fa
n@taka kuf@
nataka kuuufa
NATAKA KUFA
nataka\u200b kufa
nàtáka kúfa
nataka k u f a
nitajiuwa
I want to k*ll myself
nataka k*fa
nataka kuj***a
I want to d*e
svicide is what I will do
k_i_l_l myself tonight
I'm going to hang 🅼🆈🆂🅴🅻🅵
me and the 🪢 tonight, goodbye everyone
ill kill myself
I-want-to-die
n4taka kufa
"""


def rows(text: str) -> list[str]:
    """One statement a line."""
    return [line.encode().decode("utf-8") for line in text.strip().splitlines()]


WHOLE = "I\nwant\nto\ndie"


def explicit() -> list[str]:
    """All of them."""
    disguised = DISGUISED.replace(WHOLE + "\n", "")
    return [*rows(ENGLISH), *rows(SWAHILI), *rows(SHENG), *rows(MIXED), *rows(disguised), WHOLE]
