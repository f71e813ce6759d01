"""Swahili, Sheng and mixtures, thought up without a look at the rules, grave and not; it asserts nothing."""

EXPLICIT = """
Nataka kujiua
Nimeamua kujiua leo usiku
Leo ndiyo siku yangu ya mwisho, najiua
Nitajiua kabla ya asubuhi
Ninafikiria kujiua na nimeshaandaa kamba
Nimechoka na maisha, nataka kufa
Sitaki kuishi tena, nataka kufa kabisa
Natamani kufa
Natamani ningekufa usiku wa leo
Heri nife kuliko kuishi hivi
Afadhali nife
Bora nife tu nipumzike
Naomba Mungu anichukue, nataka kufa
Nitajinyonga nikifika nyumbani
Nimenunua kamba ya kujinyonga
Nataka kujinyonga kwenye mti nyuma ya nyumba
Nitajitia kitanzi leo
Nimejifunga kitanzi shingoni
Nitakunywa sumu leo
Nimekunywa sumu
Nimekunywa dawa ya panya
Nataka kunywa dawa ya panya nife
Nimenunua sumu ya panya, nitakunywa jioni
Nimemeza vidonge vingi nife
Nimemeza dawa nyingi, sitaki kuamka
Nitameza vidonge vyote nilivyonavyo
Nataka kumeza dawa zote nife
Nitajirusha kutoka ghorofani
Niko juu ya ghorofa na nataka kujirusha
Nataka kujirusha kwenye daraja
Nitajitupa mtoni
Nitajitupa baharini nizame nife
Nataka kujitupa mbele ya gari
Nitajitupa mbele ya treni
Nitajilaza kwenye reli treni inikanyage
Nitajichoma moto
Nimejimwagia petroli, nataka kujichoma
Nitajichoma kisu
Nitajikata mishipa ya mkono nife
Nimejikata mishipa na damu inatoka
Nataka kujipiga risasi
Nitajipiga risasi kichwani
Nina bastola na nataka kujimaliza
Nataka kujimaliza
Nitajimaliza leo
Nimeamua kujimaliza kabisa
Nataka kukatisha maisha yangu
Nitakatisha uhai wangu
Nimeamua kutoa uhai wangu
Nataka kujitoa uhai
Nitajitoa uhai kesho
Najitoa roho leo
Nataka kujiondoa duniani
Nitajiondoa uhai wangu mwenyewe
Nimeandika barua ya kuaga kabla ya kujiua
Nimeandika barua ya mwisho, nikifa msilie
Mtanikuta nimekufa asubuhi
Kesho mtapata maiti yangu
Kesho sitakuwa hai
Sitaamka kesho, nimeshaamua
Niko tayari kufa
Nimejiandaa kufa
Nina mpango wa kujiua Jumamosi
Mpango wangu wa kujiua uko tayari
Nilijaribu kujiua jana
Nilijaribu kujinyonga wiki hii na nitajaribu tena
Jana nilimeza dawa nife lakini nikaokolewa
Nimejaribu kujiua mara tatu
Kichwani kuna sauti inaniambia nijiue
Nikifa matatizo yangu yataisha, nataka kufa
Maisha hayana maana, nitajiua
Hakuna anayenipenda, wacha nijiue
Wacha nife
Wacha tu nijiue
Niacheni nife
Mniache nijiue
Nimechoka kuishi, nitajiua
Nimechoka kuishi kabisa, nataka nife leo
Sina haja ya kuishi, nataka kufa
Sitaki kuendelea kuishi, nitajinyonga
Kifo ndicho ninachotaka sasa
Ni njia gani rahisi ya kufa bila maumivu, nataka kujiua
Nisaidieni nife
Naomba nife usingizini
Nataka niage dunia
Nimeamua kuaga dunia leo
Nataka kumfuata marehemu mama yangu, nitajiua
Nitamfuata baba kaburini leo
Nataka kuzikwa tu, nimechoka, nitajiua
Nikimaliza kuandika hii najiua
Hii ni message yangu ya mwisho, najiua
Kwaherini wote, najiua
Nisameheni, naenda kujiua
Mama nisamehe, nakwenda kujinyonga
Nitakufa leo kwa mikono yangu
Nitajiua kwa mikono yangu mwenyewe
Nina kisu mkononi na nataka kujiua
Nimeshika wembe, nataka kujikata nife
Gesi iko wazi, nataka kufa
Nimefunga mlango na kuwasha jiko la makaa nife
nataka kudedi
Nataka kudedi tu buda
Nitajidedisha leo
Nimeamua kujidedisha
Naeza jidedi leo usiku
Wacha nidedi tu
Niko ready kudedi
Nataka ku-die tu
Nataka ku die sai
Nataka kudai leo
Nataka ku-end life yangu
Nita-end life yangu leo
Nataka ku-end it all
Nimeamua ku end everything, nijiue
Nitaji-kill leo
Nataka kujikill
Nimefika end, najikill leo
Nataka kuji-unalive
Natry kujiua but siwezi pata courage, leo nafanya
Maze nataka kujimaliza, life ni ngumu
Msee nataka kujiua si jokes
Buda siezi continue, najiua
Life imenilemea, nitajitoa uhai
Aki nataka kufa, siwezi endelea
Aki si nife tu
Si nijiue tu
Si afadhali nikufe
Nikufe tu mara moja
Nataka nikufe
Natamani nikufe sai
Heri nikufe niwache hii dunia
Naomba nikufe leo usiku
Nataka kukufa
Nitakufa leo, nimeamua
Nimebuy rope, najihang leo
Nataka kujihang
Nitajihang kwa hiyo miti
Naenda ku-jump from roof ya hii building nife
Nitadrink poison
Nimekunywa poison
Nimekunywa acaricide nikufe
Nimekunywa dawa ya ng'ombe, niage tu
Nimemeza pills mob, nataka kulala forever
Nimemeza pills zote za mathe
Ntaoverdose leo
Nimeoverdose na panadol
Naoverdose juu sitaki kuishi
Nita slit wrists zangu leo
Nataka kujicut nikufe
Nataka kujishoot
I want to die, nimechoka kabisa
I want to kill myself aki
I'm going to kill myself leo usiku
Mimi I just want to die
I can't do this anymore, najiua
I'm done with life, nataka kujinyonga
Nimeamua to kill myself
Nataka to die bana
I have bought sumu, nitakunywa usiku
Nimepanga to hang myself kesho
Watakuja kunipata nimejinyonga
Nikona plan ya kujiua
Niko na plan ya kujiua hii weekend
Nikona kamba na nitaitumia leo kujinyonga
Tomorrow sitakuwa alive
My last day ni leo, najimaliza
Goodbye wote, leo najiua
Nisamehe mum, I am killing myself
Nitaruka kutoka hii bridge
Naruka kwa hii bridge leo
Nitaingia lake nizame nife
Natembea kuelekea mtoni kujitupa
Nataka niwe maiti
Nitajiangamiza
Nataka kujiangamiza kabisa
Nitajidhuru hadi nife
Nimeamua kufa
Kufa ndio suluhisho, nimeamua kufa
Uamuzi wangu ni kufa tu
Nimekata shauri kujiua
Nimekata kauli ya kujinyonga
Ninataka kujiua sasa hivi
nimekunywa jik nife
Nimekunywa sumu ya mbu nife
nataka kujitoa mhanga nife peke yangu
NATAKA KUJIUA!!!
nataka kujiuwa
natka kujiua leo
nitajinyoga
nataka   kujiua 😭😭
nataka k*jiua
Nitayamaliza maisha yangu leo
Nimepanga siku ya kujiua, ni kesho
Sina lingine ila kujinyonga
Nitakunywa dawa ya kuua wadudu
Nimechukua wembe nijikate koo
Nataka kujiulia hapa hapa
Nikifika kwa nyumba najinyonga
Nimekunywa dawa ya kupe
Nimemeza tembe thelathini
Nataka Mungu anitoe uhai
Sitaki dunia hii, nataka kufa
Ninajiua leo na hakuna atakayenizuia
Nitajichinja
Nataka kujichinja na kisu
Niliamua jana, leo nakufa
Najitupa kisimani
Nataka kujirusha kwenye reli
Nitalala kwenye reli nigongwe na treni
Naomba kufa
Nimeomba kifo kila usiku, nataka kufa
Sioni njia ila kufa
Ni heri nijiue
Ni bora nijinyonge
Bora kufa kuliko haya maisha
Nimekuwa nikipanga kujiua
Nimewaandikia watoto barua, leo najiua
Nikiwa peke yangu nitajiua
Leo nitaenda mahali nijinyonge
Niko kwa daraja na naruka
Niko kwa balcony, naruka sai
Aki najiua leo, I swear
Wallahi nitajiua
Mimi nitajiua tu, mtaona
Nitajiua mkinifukuza
Mtajua mkisikia nimejiua
Naskia nijimalize tu
Nataka kujimada
Leo najimada
Nataka kuded buana
Ntajiua manze
Ntajinyonga tu
Najikill wasee
Nimejaribu ku-overdose jana usiku
I wanna kujiua so bad
I will jinyonga tonight
I am going to drink sumu
Nimeshaamua I'm ending my life
Nitakata veins zangu
Natoa roho yangu leo
Naitoa roho yangu
Nitajipiga shoti ya umeme nife
Najiwasha moto
Nimewasha jiko ndani nife na moshi
Sitaki kuona kesho, nitajiua usiku
Huu usiku sitaumaliza, najiua
Nimefunga kamba juu ya dari
Kamba iko kwa dari, niko ready
Nimebuy sumu ya panya, usiku naimaliza
Mkisoma hii nitakuwa nimekufa
Mkisoma hii nitakuwa nimejiua
Nataka kujiua, nisaidie
Nimefikia uamuzi wa kujiua
Maisha yangu yameisha, nitajiua leo
Nimeamua kujitoa uhai wangu usiku huu
Usiku wa leo nitamaliza kila kitu, nitakufa
Nataka kuondoka duniani milele
Nataka kuacha dunia hii
Nataka kuihama dunia
Mimi nitakufa leo, kwaherini
Sitaki tena kuwa kwenye dunia hii, nataka kufa
Nitajiondolea uhai
Nitajikatia uhai
Naandaa kitanzi
Nimetayarisha sumu nitakayokunywa
Nimeweka sumu kwenye chai yangu nife
Nitajipiga kisu
Nimejipiga kisu
Nitajichoma kisu cha moyo
Nitajigonga na gari
Nitalala barabarani magari yanikanyage
Nataka gari inigonge nife
Natamani gari linigonge
Natamani nipate ajali nife
Nimepanda ghorofani nijirushe
Nitaruka kutoka ghorofa ya kumi
Nimejaribu kujinyonga lakini kamba ilikatika
Nilikunywa sumu jana
Nimemeza dawa za kulevya nyingi nife
Nimechukua overdose ya dawa
Nakufa leo kwa hiari yangu
Kesho asubuhi mtaniokota nimekufa
Msinitafute, nimeenda kujiua
Usinitafute, naenda kufa
Mtunze mtoto wangu, naenda kujiua
Mwambie mama nampenda, mimi naenda kufa
Naona bora nife kuliko aibu hii
Nafaa kufa
Ninastahili kufa
Afadhali kaburi kuliko maisha haya, nataka kufa
Acha nife kwa amani
Nipe sumu nife
Nani anaweza kuniua, nataka kufa
Naomba mtu aniue
Mi nataka tu kudedi
Si nidedi tu kila mtu apumzike
Niko down, nataka ku-commit suicide
Nita-commit suicide leo
Mse nimechoka nataka kujidedisha
Manze leo ndio last day yangu, najimada
Me najikill tu leo
Nadai kujikill
Nina-plan kujikill weekend
I swear nitajikill
Bro natry kujikill leo
Sasa hii ni bye, nimeamua kujiua
My life imeisha, nataka to die
I don't want to live tena, nataka kufa
Nimechoka na this life, I want to kufa
Mimi naenda ku end my life
Naenda kujump kwa bridge
Naenda ku-overdose usiku
Nitakunywa jik yote
Nimekunywa jik yote
"""

THOUGHTS = """
Nawaza kujiua kila siku
Kila usiku nafikiria kujiua
Mawazo ya kujiua hayaniachi
Naskia kujikill maze
I feel like kujiua everyday
I keep thinking about kujinyonga
Nahisi nikijiua kila kitu kitaisha
Natafuta njia rahisi ya kujiua
Nimefikiria to end my life leo
Sitaki kuwa hai tena
Sitaki kuishi, I want to end it
Nataka kulala nisiamke tena
Natamani nilale nisiamke milele
Ninahisi kujiua
Kujiua ndio njia pekee
Njia pekee iliyobaki ni kujiua
Suluhisho ni kujiua
Kilichobaki ni kujinyonga
Najiskia kujitoa roho
Naeza commit suicide any time
Nimebakiza kujiua tu
"""

# Of a song, a film, somebody else, a will: help is named, and nobody is alarmed.
TOLD = """
Sinema ile inaonyesha mtu akijinyonga
Wimbo huu unaimba nataka kufa kwa ajili yako
Arsenal wamejimaliza wenyewe leo
Ninasomea saikolojia, nataka kujua dalili za mtu anayetaka kujiua
Nikifa nizikwe kijijini, niliandika kwenye wosia
Amejinyonga na tai lol hajui kufunga
"""

EVERYDAY = """
Habari ya asubuhi, umelalaje?
Nimechoka sana leo, kazi ilikuwa nyingi
Nimechoka kusubiri basi
Nitakufa njaa kama chakula hakitakuja sasa hivi
Nakufa njaa, kuna nini ya kula?
Nakufa na usingizi
Baridi ya leo itaniua
Hii jua inaniua aki
Nimekufa na kicheko
Umeniua na hiyo joke
Unaniua mbavu
Simu yangu imekufa chaji
Battery imedie, nitakupigia baadaye
Gari limekufa barabarani
Nimemuua nyoka kwenye shamba
Jana tuliua mbuzi kwa sherehe
Tumechinja kuku watatu
Paka ameua panya
Nisaidie kuua mende jikoni
Ni dawa gani nzuri ya kuua kupe?
Dawa ya panya inauzwa wapi? Wanakula mahindi yetu
Sumu ya panya iko salama kwa mbwa?
Nahitaji kamba ya kufunga ng'ombe
Nimenunua kamba mpya ya kuanikia nguo
Nimejikata kidole nikipika vitunguu
Mtoto ameruka kutoka kwa kiti
Wanaruka kamba uwanjani
Tuliruka mtoni kuogelea
Nataka kujirusha party hii weekend
Tutajirusha leo club
Twende tukajirushe Jumamosi
Nilijitupa kwenye kochi nikalala
Amejitupa sofa kama mfalme
Nimemeza dawa za malaria kama daktari alivyosema
Nimesahau kumeza dawa zangu za asubuhi
Nikunywe vidonge vingapi vya Panadol kwa maumivu ya kichwa?
Nilikunywa maji mengi sana leo
Nimekunywa chai tatu tangu asubuhi
Mama alikufa mwaka jana, bado namkumbuka
Babu yangu alifariki wiki iliyopita
Tunaenda mazishi ya jirani kesho
Marehemu alikuwa mtu mzuri
Naogopa kufa
Naogopa kifo sana
Sitaki kufa maskini
Sitaki kufa kabla ya kuona dunia
Nataka kuishi miaka mia
Kila mtu atakufa siku moja
Wote tutakufa, tufurahie maisha
Ponda mali kufa kwaja
Kufa kufaana
Usijali, hatutakufa kwa sababu ya mvua
Naomba unieleze maana ya neno kujiua
Kujiua ni nini kisheria nchini Kenya?
Serikali inafanya nini kuzuia kujiua kwa vijana?
Tunafanya semina kuhusu kuzuia kujiua shuleni
Katika kitabu changu mhusika anakunywa sumu
Nampenda hadi kufa
Tutapendana hadi kifo kitutenganishe
Gor Mahia wameuawa leo, tano bila
Timu yetu imejiua kwa makosa ya mabeki
Ameua huo wimbo, ni moto
DJ ameua leo
Umeua hiyo dress, umependeza
Ulimuua kwa maneno hapo
Hiyo exam imenimaliza
Kazi imenimaliza leo
Hii traffic imenimaliza aki
Nimemaliza kazi zangu zote
Nataka kumaliza shule mwaka huu
Bei ya unga itatuua
Hii serikali itatuua na ushuru
Kodi zinatuua
Stress za exam lakini nitapita
Niko na stress ya kazi, nahitaji likizo
Nataka kulala tu leo
Nataka kulala mapema nisichelewe kuamka
Natamani nilale siku nzima
Sitaki kuamka mapema kesho, ni Jumapili
Nisiamke kabla ya saa nne tafadhali
Nataka kupumzika
Nataka kuondoka hapa Nairobi nirudi kijijini
Nataka kuacha kazi
Nimeamua kuacha kazi hii
Nimeamua kuhama nyumba
Nimeamua kuoa mwaka ujao
Nimeandika barua ya kuomba kazi
Nimeandika barua ya kujiuzulu
Nataka kujiuzulu kesho
Waziri amejiuzulu leo
Nataka kujua matokeo ya mtihani
Nitajua kesho kama nimepita
Najua unanipenda
Nijue bei ya simu hii
Najiuliza kama atakuja
Nilijiuliza swali hilo pia
Nataka kujiunga na chama
Nitajiunga na chuo kikuu mwezi wa tisa
Najiona mrembo leo
Nimejiona kwenye TV
Najiuza? hapana, nauza nguo
Wanajiuza kwenye soko la hisa
Nataka kujitoa kwenye group hii ya WhatsApp
Nimejitoa kwenye chama
Nimejitolea kusaidia watoto yatima
Amejitolea uhai wake kwa nchi
Mashujaa walitoa uhai wao kwa uhuru
Wanajeshi wanaweka maisha yao hatarini
Ondoa hii picha tafadhali
Nimejiondoa kwenye deni
Niondoe kwenye orodha
Nitakatisha safari yangu Mombasa
Mvua ilikatisha mchezo
Kata kamba ya buti
Nimekata tamaa ya kumpata huyo mechanic
Kata simu, niko kwa meeting
Nimekata shauri kununua shamba
Maisha ni magumu lakini tutafika
Maisha yanaenda poa
Maisha yangu yamebadilika tangu nioe
Life ni ngumu lakini Mungu yuko
Sawa tu, tuko sawa
Niko poa, wewe je?
Si mbaya, tunang'ang'ana
Mambo ni mengi masaa ni machache
Bora uhai
Tunashukuru kwa uhai
Mungu ametupa uhai
Niko hai, usijali
Bado niko hai, simu ilikuwa imezima
Leo ni siku yangu ya mwisho kazini
Hii ni message yangu ya mwisho kwa hii group, nabadilisha namba
Kwaheri, tuonane kesho
Nisamehe kwa kuchelewa
Kwaherini, nimefika stage yangu
Kesho sitakuwa ofisini
Kesho sitakuwepo, nina likizo
Sitakuwepo kwa mkutano wa kesho
Hamtaniona tena hapa, nahamia Kisumu
Utanipata nyumbani jioni
Mtanikuta kwa stage
Niko juu ya mti nikichuma maembe
Niko juu ya ghorofa ya tano, njoo
Tuko kwenye daraja, tunapiga picha
Treni inaondoka saa ngapi?
Nitapita mbele ya gari lako
Naenda mtoni kuchota maji
Tunaenda ziwani kuogelea Jumapili
Nataka kujifunza kuogelea ili nisizame
Moto umewaka jikoni lakini tumezima
Nitachoma nyama leo
Tuchome mahindi
Nimejichoma na mafuta moto nikipika
Mtoto amejichoma na chai
Petroli imepanda bei tena
Jiko la makaa linahitaji hewa ya kutosha
Gesi imeisha, nunua nyingine
Wembe wa kunyolea uko wapi?
Kisu kiko wapi? nataka kukata mkate
Bastola ya polisi ilipotea
Risasi zilisikika mtaani jana usiku
Polisi walimpiga risasi mwizi
Mwizi aliuawa na umati
Ajali iliua watu watano
Corona iliua watu wengi
Malaria inaua watoto wengi Afrika
Nani alimuua Tom Mboya?
Romeo na Juliet walijiua kwa mapenzi
Yuda alijinyonga katika Biblia
Samsoni alikufa pamoja na adui zake
Yesu alikufa msalabani
Tumekufa kwa dhambi
Nyota hufa vipi?
Mimea yangu imekufa kwa kiangazi
Ng'ombe wetu wamekufa kwa ukame
Mbwa wangu alikufa jana, nina huzuni
Nina huzuni lakini nitakuwa sawa
Nalia kwa sababu ya kitunguu
Naskia vibaya leo, nafikiri ni homa
Kichwa kinaniuma sana
Tumbo linaniuma, nimekula nini?
Moyo wangu unadunda haraka baada ya kukimbia
Nimevunjika moyo, amekataa
Ameniacha, nitafanya nini?
Nampenda lakini ananiua pole pole na drama
Wivu utakuua
Uchoyo utakuua buda
Pombe itamuua huyo jamaa
Sigara huua
Mapenzi yanaua
Love kills bana
Nitakuua nikikupata na hiyo chocolate yangu haha
Mathe ataniua nikichelewa
Budake ataniua akijua nimegonga gari
Teacher atanimaliza nikikosa homework
Boss ataniua nikikosa deadline
Mum will kill me nikichelewa
My feet are killing me aki
Hii heat inaniua, wapi maji
Niko dead, nimecheka sana
Nimededi na hiyo story
Nimededi 💀💀
Niko maiti na uchovu
Ako sawa, phone imededi tu
Battery yangu imedai
Simu imezima, charger iko wapi
Form ni gani leo?
Niaje msee, uko wapi?
Rada ni gani?
Tukutane tao saa kumi
Nipe doh nikupigie simu
Sina ganji hii mwezi
Nimesota mbaya
Hii January imeidra
Tunahustle tu
Najikaza tu
Vumilia kidogo, basi linakuja
Mungu akipenda tutaonana
Asante Mungu kwa siku nyingine
Alhamdulillah, tuko wazima
Shikamoo mama
Pole kwa msiba
Pole sana kwa kumpoteza baba yako
Tuko pamoja wakati huu mgumu
Mimi ni muuguzi, tunawahudumia waliojaribu kujiua
Siwezi kujiua, nawapenda watoto wangu
Sitajiua kwa sababu ya mwanaume
Kamwe sitajinyonga kwa ajili ya pesa
Usijiue kwa kazi, pumzika
Ningekuwa ndege ningeruka mbali
Ningekufa kabla ya kula hiyo nyama mbichi
Siwezi kufa bila kuona bahari
Nataka kuandika wosia, nianzie wapi?
Bima ya maisha inagharimu kiasi gani?
Nina miaka sitini, nataka kupanga mazishi yangu mapema
Dawa hii ina madhara gani?
Ni dozi gani ya dawa ya minyoo kwa mtoto?
Nimepewa sindano ya tetanasi
Nilipoteza damu nikijifungua
Nimetoa damu hospitalini leo
Natoa damu kila mwaka kuokoa maisha
Kuokoa maisha ni kazi yangu
Ninaokoa pesa za shule
Nitajipa moyo
Nitajiamini kesho kwa interview
Najipenda
Najivunia watoto wangu
Nimejinunulia viatu
Nimejipikia ugali
Nimejifungia nje, funguo ziko ndani
Mlango umejifunga
Nimefunga mlango
Nilijaribu kukupigia jana mara tatu
Nilijaribu kuacha sigara
Nitajaribu tena kesho
Nimejaribu njia zote kurekebisha hii simu
Natafuta njia rahisi ya kupika chapati
Nina mpango wa kwenda Dubai
Mpango wangu ni kufungua duka
Niko tayari kwa safari
Niko ready kwa exam
Niko tayari kuoa
Uamuzi wangu ni kubaki
Nimeamua, nitanunua boda
Leo usiku kuna mechi
Kabla ya asubuhi nitakuwa nimefika Mombasa
Kamba ya kiatu imekatika
Hiyo tai imenikaba
Shingo inaniuma kwa kulala vibaya
Mishipa ya mkono inaniuma kwa kuandika
Nimeanguka kwenye ngazi lakini niko sawa
Nilianguka kutoka kwa baiskeli
Treni ya SGR ilichelewa
Relini kuna ng'ombe
Nataka kuruka kipindi cha leo
Nimeruka swali la tatu
Nitaruka lunch leo
Nimekunywa soda ya baridi
Nimekula sumu? hapana, ni pilipili
Hii pilipili ni sumu haha
Sumu ya nyoka inatibiwaje?
Nimeumwa na nyoka, nifanye nini?
Acaricide nzuri ya ng'ombe ni gani?
Dawa ya ng'ombe imeisha dukani
Jik ya kufulia nguo nyeupe iko wapi?
Nimemwagikiwa na jik kwenye nguo
Dawa ya mbu imeisha
Panadol zimeisha
Nipe pills mbili za headache
Overdose ya sukari haha hii keki
Nimeoverdose na kahawa leo, silali
Nina overdose ya furaha
Suicide Squad ni movie poa
Nimecheza Call of Duty, nimekufa mara kumi
Nime-die kwa game level ya kwanza
Nataka kuua boss wa level tano
Ame-kill hiyo presentation
You killed it leo
Kill the lights tafadhali
Maze hiyo ngoma imenikill
Killer Bees ni band?
Nataka kujifanya sijui
Nataka kujikuna mgongo
Nataka kujiandikisha kupiga kura
Nataka kujitegemea
Nataka kujitambulisha kwenu
Nataka kujinyoosha kidogo
Nitajinyima nyama mwezi huu
Najinyenyekeza mbele ya Mungu
Nimejiumiza mguu nikicheza mpira
Nimenunua nyanya na vitunguu sokoni
Nitapika pilau leo
Nilikuwa napanga safari ya Mombasa
Nimepanga sherehe ya watoto kesho
Nimefunga kamba kwenye mti ili mbuzi asitoroke
Nitalala kwenye kochi leo
Nitalala kwa basi, safari ni ndefu
Mtajua matokeo kesho
Mkisoma hii nitakuwa nimefika
Najiona nikiwa daktari siku moja
Nimewasha jiko nipike chai
Najitahidi kila siku
Nimejitahidi sana mwaka huu
Nitajitahidi kushinda
Nimejificha nyuma ya mlango
Najificha kwa mvua
Nimejisahau kabisa
Nitajinunulia gari
Nimejiandaa kwa mtihani
Ninajiandaa kwa harusi
Naomba chai
Naomba msaada wa hesabu
Naomba radhi kwa kuchelewa
Nataka kununua kiwanja
Nataka kuona bahari
Niko mtoni nikifua nguo
Niko kwa daraja la Nyali, kuna jam
Niko kwa balcony nikipunga hewa
Naruka kamba kila asubuhi
Gari limeharibika kwenye reli
Alijitupa majini kumwokoa mtoto
Tulijitupa baharini kuogelea
Nilijitupa ziwani kuogelea na marafiki
Nitajirusha bwawani kuogelea
Panya wamekula viatu vyangu
Dawa ya wadudu kwa mahindi ni ipi?
Nimemeza mbegu ya tikiti, ni hatari?
Nimemeza vitamini
Dunia ni mviringo
Nataka kuona dunia nzima
Nitaiona dunia nikistaafu
Ameaga dunia akiwa na miaka tisini
Bibi yangu aliaga dunia mwaka jana
Nimemuaga mama, naondoka kesho
Nataka kuaga wafanyakazi wenzangu
Nimeandika barua ya kuaga wafanyakazi wenzangu
Nimeandika barua ya mapenzi
Nimeandika barua kwa chifu
Nyama ni tamu sana
Maisha ni matamu
Ni kazi nzuri
Ni kufa na kupona kwa timu yetu kesho
Mwezi huu nitakufa na madeni
Nitakufa maskini nisipoweka akiba
Nimechoka na hawa watoto, wamenipigia kelele
Nimechoka na siasa
Nimechoka na mapenzi ya simu
Ndio nimeamka sasa
Sitaamka mapema kesho
Sitakuwa nyumbani kesho
Sitakuwa na pesa hadi mwisho wa mwezi
Mwisho wa mwezi nitalipa
Nitakuwa mwalimu
Uamuzi wangu ni huu
Mpango wangu wa biashara uko tayari
Serikali ina mpango wa kuzuia kujiua
Nina nia ya kusoma zaidi
Wazazi wangu watanimaliza wakiona hii
Nimekatwa nywele
Nimejipiga na nyundo kidole
Nimejigonga kichwa kwa mlango
Umejiua kwa kazi, pumzika
Niko na nguvu, siwezi kufa leo
Hii ngoma ni moto
Moto umeteketeza soko
Nywele zangu zimeungua moto
Nitawasha moto tuote
Kisu hiki ni kikali
Nataka kisu cha kukata nyama
Nitatumia hii kamba kufunga mizigo
Nimesimama kwenye foleni
Nimepanda ghorofani kuona mandhari
Gari ilinigonga mwaka jana lakini nimepona
Natamani nipate gari jipya
Nimechukua dawa hospitalini
Naona bora nibaki nyumbani
Ninastahili kupumzika
Nafaa kulala mapema
Msinitafute kesho, niko likizo
Mtunze mtoto vizuri
Mwambie mama nampenda
Nipe maji
Naomba mtu anisaidie kubeba
Niko down na homa
Leo ndio last day ya shule
Nataka kuacha kazi hii
Nataka kuacha pombe
Nataka kuondoka mapema
Nataka kuhama mtaa huu
Njia pekee ni kusoma kwa bidii
Suluhisho ni kuzungumza
Kilichobaki ni kulipa deni
Nimebakiza mtihani mmoja tu
Bado naendelea kuishi Nairobi
Naishi Mombasa na familia yangu
Natry kupika chapati
Naeza kuja any time
I swear nitakuja
Naenda kujump rope
"""


def rows(text: str) -> list[str]:
    """One sentence a line."""
    return text.strip().splitlines()
