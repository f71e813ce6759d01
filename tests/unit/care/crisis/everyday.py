"""What people say every day, idioms of death included, in English, Swahili and Sheng; it asserts nothing."""

ENGLISH = """
This traffic is killing me
I'm dying to see you
My feet are killing me
That joke killed me
You're killing it today
I could murder a burger
She's drop dead gorgeous
My phone died again
The battery is dead
I'm dead tired, good night
That movie was to die for
I'd kill for a coffee right now
He killed the performance
We're just killing time
The suspense is killing me
Curiosity killed the cat
I died laughing at that video
Don't kill the vibe
Kill the process with the wrong pid
How do I kill a process in Linux?
The server died at midnight
My plants died while I was away
The dog died last year and I still miss him
My grandmother passed away in March
I'm over the moon about the results
The deadline is tonight
The dead sea is very salty
Suicide Squad was a terrible film
Suicide prevention week starts on Monday
Who wrote Death of a Salesman?
Die Hard is my favourite Christmas movie
The die was cast
Roll the die twice
The game ended in a draw
How did the war end?
I want to end the subscription
Please end my call when you are done
I want to finish my homework
My life is good
I love my life
Life is hard but we move
I'm tired after the gym
I'm so tired of this traffic
I am sick of waiting for the bus
I can't wait for the weekend
I can't do maths
I cannot find my keys
I want to sleep
I'm going to sleep now
I woke up late this morning
I don't want to wake the baby
I don't want to live in Nairobi
I don't live here
I no longer live with my parents
We live on the third floor
I took my pills this morning
Did you take your medication?
I took two tablets for my headache
How many pills are in a pack?
My doctor prescribed new medicine
I need to refill my prescription
I cut my hair yesterday
I cut the vegetables and the onions
I burned my finger on the stove
I hurt my knee playing football
It hurts when I run
He jumped into the pool
We jumped over the fence
The bridge is closed for repairs
I'm standing at the bridge waiting for you
The rope snapped when we were climbing
Sharpen the knife before cutting the meat
Top gun is on tonight
We need a new roof
I missed the train again
There's a cliff near the beach
Let's hang out tonight
I'll hang the pictures tomorrow
I will shoot you an email
We're shooting a film next week
She shot the best photo of the year
I'm drowning in work
He drowned his sorrows in tea
My team got slaughtered yesterday
Arsenal will kill us on Sunday
The exam nearly killed me
That workout destroyed me
I'm going to beat you at chess
He beat me at chess
Beat the eggs with sugar
The rain hit the roof all night
I feel sad today
I feel a bit lonely this week
I'm stressed about exams
I had a bad day at work
I'm so embarrassed
I'm angry with my boss
I'm worried about money
I hate Mondays
I hate this song
I cried at the wedding
My boyfriend and I broke up
Nobody came to my party
I failed my driving test
I failed the exam but I'll try again
I tried to cook rice and burnt it
I tried and failed to fix the printer
My last attempt at baking was worse
I plan to travel in December
I have a plan for the weekend
I decided to quit my job
I decided to go vegan
I'm writing a note to my teacher
I wrote a letter to my grandma
Goodbye and see you tomorrow
Goodbye letter from a retiring coach
I'm leaving the office now
I'm ready to go
I'm done with this project
I'm done eating
What is the point of this meeting?
There's no reason to be late
There is no point in arguing
It isn't worth the price
Is it worth buying?
I wish I was taller
I wish I were on holiday
I wish it would rain
I wish you were here
I better go now
You had better hurry
I'd rather stay home
My bag is heavy, what a burden
The wolf killed three sheep
The volcano killed many people in 79
The killer was caught on Friday
Police shot at the tyres of the car
The patient was discharged today
My brother wants a new bike
She wants to be a doctor
They are going to Mombasa
My friend is getting married
Can you help me with my CV?
What's the capital of Kenya?
Translate this sentence please
Write a poem about the sea
Explain photosynthesis to a child
How do I make chapati?
What time does the bank open?
The heart of the city is beautiful
Breathe in and breathe out
Hold your breath under water
I overslept
He is unconsciously funny
Self care Sunday
It's now or never
The poison ivy is back in the garden
I deleted the file myself
I did it myself
I made this cake myself
I'm proud of myself
I taught myself guitar
I want to better myself
I took my tablets at nine, as every evening
I took the last two painkillers this morning, where can I buy more?
We stood on the bridge and took pictures of the boats
The railing of the balcony is loose, who repairs that?
He jumped off the wall and broke his arm
The gun shop closes at six
My uncle keeps bees and a rope ladder
Please don't call tonight, I go to bed early
I cut my finger and there was blood on the bread
Sorry everyone, the train is late
I have decided to end the contract
The engine is running but the car does not move
We bought charcoal and matches for the barbecue
Can I swim in the lake at night?
It's over, we lost two to nil
I'm done with the dishes
My last exam is tomorrow, wish me luck
I did it! I passed!
She will find me at the station
Is there a way to close the account forever?
I'd like to bury my cat in the garden
Where can I learn to climb?
The poison centre gave us a leaflet
I will follow her on Instagram
The water is up to my knees after the rain
"""

SWAHILI = """
Habari ya asubuhi
Habari yako rafiki
Niko sawa sana
Sawa tu
Nakufa na njaa
Nimekufa na kicheko
Nimekufa njaa
Nitakufa kwa kicheko
Ninakufa kwa kiu
Simu yangu imekufa
Betri imekufa
Gari limekufa njiani
Mbwa wangu alikufa jana
Babu alifariki mwaka jana
Bibi yangu amefariki
Unajua nini kimetokea
Sijui la kufanya
Anajua kila kitu
Najua unanipenda
Wanajua ukweli
Nataka kujua zaidi
Nataka kujifunza Kiingereza
Nataka kula
Nataka kulala
Nataka chai
Nataka kwenda sokoni
Nataka kufanya kazi
Nataka kufika mapema
Nataka kufua nguo
Nataka kufaulu mtihani
Ninataka kufungua duka
Nitaenda shule kesho
Nitakula baadaye
Nitakupigia simu
Nimechoka na kazi
Nimechoka sana leo
Nimechoka na foleni
Nimelala vizuri
Nimeamka mapema
Nimeamua kwenda Mombasa
Nimepanga safari
Ningependa kujua bei
Ningependa kahawa
Natamani ugali na samaki
Natamani kuwa daktari
Bora tulale
Bora chai kuliko soda
Afadhali twende kwa miguu
Heri ya mwaka mpya
Heri ya siku ya kuzaliwa
Maisha ni magumu lakini tunasonga
Maisha ni mazuri
Napenda maisha yangu
Maisha marefu
Hakuna sababu ya kuchelewa
Sina pesa leo
Sina haja ya gari
Sina muda
Sioni vizuri bila miwani
Sitaki kwenda
Sitaki pilipili
Sitaki kuishi Nairobi
Ninaishi Kisumu
Tunaishi pamoja
Nimemeza dawa ya kichwa
Nimekunywa dawa asubuhi
Nimekunywa maji
Dawa ya mbu
Daktari alinipa vidonge viwili
Panya waliua na sumu
Sumu ya panya ni hatari
Simba aliua swala
Aliua nyoka
Polisi walimkamata muuaji
Ua hili ni zuri
Maua mazuri
Nunua maua
Kisu cha jikoni
Kata nyama vipande
Nilijikata kidogo nikipika
Kamba ya mbuzi
Daraja limefungwa
Ghorofa ya tatu
Mtoto anaumwa
Rafiki yangu anaolewa
Mama anapika
Baba yuko shambani
Dada yangu ana furaha
Kaka alishinda mbio
Mwalimu alinisifu
Sifa zote kwa Mungu
Mungu ni mwema
Asante sana
Karibu nyumbani
Kwaheri ya kuonana
Tutaonana kesho
Lala salama
Pole kwa msiba
Pole sana
Nina huzuni kidogo
Nina hasira na bosi
Nina wasiwasi kuhusu mtihani
Najisikia mpweke leo
Nimefeli mtihani
Nilijaribu kupika pilau
Nitajaribu tena
Ninajitahidi
Najiandaa kwa mtihani
Nimejiandikisha kupiga kura
Nitajitolea kusaidia jamii
Najitoa kwa ajili ya familia
Najivunia mwanangu
Jiangalie
Jitunze
Jiunge nasi
Nimejiunga na chuo
Kujiamini ni muhimu
Tukutane jioni
Mchezo umeisha
Filamu imeisha
Maliza kazi yako
Nimemaliza kazi
Nataka kumaliza shule
Nitamaliza chuo mwakani
Wimbo huu ni mzuri
Nani aliimba wimbo huu
Hadithi ya sungura
Kifo cha rais kilitangazwa
Historia ya vita
Msee uko aje
Niaje buda
Form ni gani leo
Poa sana
Niko fiti
Hii traffic inaniua
Hii kazi inaniua
Manze hiyo movie iliniua
Nimechill kwa base
Nacheki game leo
Team yangu iliuawa jana
Buda umenibamba
Mathe ako home
Niko ocha
Tuishie mtaa
Naishia zangu
Nadai doo yangu
Leo ni form
Hiyo ngoma inabamba
Nimechoka na hii job
Nimechoka na hii traffic
Life ni ngumu lakini tunapush
Si unajua vile kunaendanga
Nakuja sai
Sina form leo
Nataka kudanda mat
Nataka kudance
Nataka kudesign logo
Napenda kusoma vitabu
Nani atashinda ligi
Mvua inanyesha
Jua ni kali leo
Nimekunywa dawa za malaria, nipumzike?
Kamba ya viatu imekatika
Treni ya asubuhi imechelewa
Naondoka Nairobi leo jioni
Nimeandika barua ya kuomba kazi
Nitamfuata mwalimu ofisini leo
Jiko la mkaa linauzwa bei gani?
Niko darajani nakusubiri
Tutaonana kesho, kwaheri
Mungu nisaidie kesho kwenye mtihani
Maji ya mto yamejaa baada ya mvua
Naruka kamba kila siku
Chupa yote ya maji nimemaliza
Dawa ya mende inauzwa wapi?
Najitoa kwenye kamati hiyo
Wasee tupatane flyover saa mbili
"""


def rows(text: str) -> list[str]:
    """One sentence a line."""
    return text.strip().splitlines()
