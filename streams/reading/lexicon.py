"""English words that names, offices and sentences are told by. Lower case, but for `NOBODY`."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(" ".join(phrase.split()) for phrase in text.split(";"))


# Abbreviations that end no sentence.
NEVER_LAST = _words(
    """
    adm amb approx art arts capt cf cmdr col cpl dr eg est fig figs fr ft gen gov hon ie insp lt maj messrs mr
    mrs ms mt mx nos pp pres prof pvt rep reps rev sec sen sens sgt sr st ste supt vol vs
    """
)

# Abbreviations that end no sentence where a number follows.
BEFORE_NUMBER = _words(
    """
    jan apr aug ch dec feb jul jun mar no nov nr oct p par para sec sep sept
    """
)

# Abbreviations that end a sentence only where the next one is seen to open.
SOMETIMES_LAST = _words(
    """
    al assn bros co corp cos dept etc gmbh inc jr ltd plc univ
    """
)

# Words that open a sentence, but follow no abbreviation or initial within one.
OPENERS = _words(
    """
    a according after all also although an and as asked at before both but by despite during earlier for from he
    her his how however i if in it its last later many meanwhile most my next no not on one or our over she
    since some that the their there these they this those to two under we what when where while who why with
    without you
    """
)

# The nouns of office.
HEADS = _phrases(
    """
    prime minister; prime-minister; minister; vice president; vice-president; president; chancellor;
    vice-chancellor; premier; king; queen; emperor; emir; crown prince; prince; princess; pope; patriarch;
    ambassador; envoy; consul; representative; spokesman; spokeswoman; spokesperson; secretary general;
    secretary-general; secretary of state; state secretary; undersecretary; under secretary; secretary;
    commissioner; governor; senator; congressman; congresswoman; lawmaker; deputy; mep; mp; pm; fm; speaker; chairman;
    chairwoman; chairperson; chair; chief executive officer; chief executive; ceo; chief of staff; chief; head;
    director general; director-general; director; general; leader; diplomat; official; negotiator; adviser;
    advisor; aide; mayor; attorney general; prosecutor; judge; justice; commander; colonel; admiral; general
    secretary; taoiseach; coordinator; rapporteur; politician; co-chair; analyst; economist; counterpart; administrator;
    counselor; counsellor
    """
)

# What stands before the noun of an office and belongs to it.
MODIFIERS = _words(
    """
    acting adviser advisor affairs african agency agriculture air and appointed army asian assistant associate
    attorney bank board cabinet career caretaker central chairman change chief civil climate colonel commander
    commerce conservative constitutional control council counter court crimes defence defense democratic
    department deputy digital diplomacy diplomatic director disasters eastern economic economy education elected
    electricity emergencies emergency energy enlargement environment environmental eu eurasian european ex
    executive external families federal finance first food force foreign forestry former gas general government
    governor head health high home homeland house housing human incoming industry information integration
    interim interior internal justice labor labour late lead leader liberal lieutenant lower majority managing
    media military mining minister ministry minority national natural navy near neighborhood neighbourhood new
    newly nuclear office oil opposition outgoing parliament parliamentary party permanent petroleum policy power
    presidency president presidential press prime principal property public railways refugees regional
    republican right rights ruling science second secretary security senior shadow social socialist speaker
    special sport sports staff state strategic supreme technology terrorism then top tourism trade transport
    transportation treasury upper veteran veterans vice water western works youth
    """
)

# Written with a capital now and then, yet part of no person's name.
NOT_NAMES = _words(
    """
    a about above academy accord according accords across act acting adding addressing administration
    administrator admiral advancing advocate affairs african after ag again against agency agreement agriculture
    air airlines airport airways all alliance along already also although always am amazon ambassador american
    amnesty among an and annex announced announces another answer answering any anything apple appointments apr
    april arab arctic are army around article as asian asked assembly association at atlantic attends attorney
    aug august author authority autumn avenue balkan balkans baltic bank bay bbc be because been before begin
    behind being below beneath beside between beyond bible bill billion black bloc bloomberg blue board bond
    borders both brexit bridge briefing brothers budget building bureau but by cabinet call calls can candidate
    capital capitol captain caspian cathedral catholic caucasus celebrating center central centre ceo cfo chair
    chairman chairwoman championship chancellor channel chapter charter chartered chemical chemicals chief
    chinese christian christmas church citing citizen citizens city civil climate club cnn co co-operation
    coalition coast cold colleagues college colonel commander commenting commercial commission commissioner
    committee common companies company comrade concerning confederation conference congratulates congress
    conservative conservatives constitutional continuation convention cooperation coronavirus corp corporation
    corps corridor could council counsel counsellor counselor countries country county court covid creating
    credit crescent criminal cross culture cup customs cyber cyclone daily dam day dear debt dec december
    declaration defence defending defense delivers democrat democratic democrats department deputy desert
    designation despite deutsche development dialogue did digital director discusses district division do
    doctoral doctors document does down dr during each earlier east easter eastern economic economy education
    eight electric electricity emergencies emergency emperor end energy english enlargement ensuring environment
    envoy eurasian euro european even ever every everybody everyone everything excellency except exchange
    executive external extraordinary facebook fact fargo fc feb february federal federation few field figure
    finance financial first fiscal five following foods football for force forces foreign former forum
    foundation four french friday friends from front fund games gas gazette general gentleman gentlemen german
    given global gmbh god golden goldman good google government governments governor grand great greater greek
    green greens greeting greets grid group guard guardian guards gulf had has have having he head health hello
    her herald here high highlights highness hill his holding holds honors honourable hosts house how however
    hub hubs human hundred hungarian hurricane i if in inc including index industry information initiative
    inside insider institute insurance integration intelligence interconnector interfax interim interior
    internal international internet interview into investment iranian is islam islamic island islands it its
    january jewish joint journal jsc judge jul july jun june just justice key king kingdom koran kremlin labor
    laboratories labour labs ladies lady lake land last later latin launches launching law lead leader league
    lehman let level liberal liberals lieutenant like limited llc lng lord lower ltd lynch madam majesty major
    mandarin many mar march marine market marks may mayor meanwhile media mediterranean meeting meets member
    members memorandum mep merrill metals microsoft middle might military million minerals mining minister
    minister's ministers ministries ministry monday monetary month more moreover morgan mosque most motors mount
    mountain mountains movement mp mr mrs ms much muslim must my nation national nations navy near needs neither
    network new news next nine no nobody nominations nominee none nor nordic north northern not note nothing
    noting nov november now nuclear oao oblast observer ocean oct october of off office officer official oil
    ojsc ok okay old olympic olympics on once one online only onto open opposition or order organisation
    organization orthodox other others our out outside over own pacific pao paper paralympic park parliament
    part partners partnership party peace peninsula people peoples per permanent petroleum pipeline pjsc plan
    plant plc please plenipotentiary police policy polish pope port post power premier president president's
    presidential press press-service prime prince princess private process proclamation prof professor program
    programme project promoting prosecutor protecting protocol province public queen question quoting radio
    railways ramadan readout receives red referring refinery regarding region relations relief remarks report
    representative republic republican republicans republics research reserve resident residents resolution
    respectfully responding reuters review rights river road russian sa sachs same saturday savings saying says
    school science sea second secretary section security senate senator senior sep sept september serbian
    sergeant seven several shaikh shall she sheet sheikh should signs silver since sincerely single sir six
    slavic so social socialist socialists society solidifies solutions some somebody something sons south
    southern space spanish speaker speaking speaks special speech spokesman spokespeople spokesperson
    spokeswoman spring square staff standard stanley state statement states station statistical statistics steel
    still stock storm strait strategy stream street strengthening such suisse summer summit sunday supporting
    supreme survey systems table talking talks tass tax team tech technologies technology telegraph television
    ten terminal territory tester text than thank thanks that the their then there therefore these they third
    this those though thousand three through throughout thursday thus times title to today tomorrow tonight
    toward towards town trade transcript transparency transport travel travels treasury treaty tribunal tribune
    trip trust tuesday tuesday's turkish tv twice twitter two typhoon under union united university unless until
    up upon upper urges valley via vice village visit visiting visits war was watch we wednesday week weekly
    welcome welcomes welcoming well wells were west western what when where whereas whether while white who why
    will winter with within without world would writing year yes yesterday yet you your
    """
)

# Surnames among them, believed as the last word of a name.
SURNAMES = _words(
    """
    ban bishop black bush cross day english french german green hill key king lord major marks may moon north park
    power price west white winter young
    """
)

# What may follow a person's name in a headline that capitalises every word.
AFTER_NAMES = _words(
    """
    a after an and announces as at attends before by calls congratulates delivers discusses for foreign from
    greets has highlights holds hosts in is launches marks meets minister of on president prime receives said
    says signs speaks the to travel travels urges visits was welcomes welcoming will with
    """
)

# Names of states, capitals and rivers that are also given names or families: beside another name they are part of it.
GIVEN = _phrases(
    """
    Jordan; Chad; Georgia; Israel; Guinea; Niger; Jersey; Cuba; Ireland; Thai; Lao; Togo; Sofia; Paris; London;
    Victoria; Santiago; Vienna; Florence; Washington; Lima; Valencia; Valletta; Kingston; Asuncion; Macau; Malta;
    Holland; Chile; Kenya
    """
)

# Small words that are also given names.
GIVEN_WORDS = _words("do jan per so will")

# Small words within a family name.
PARTICLES = _words(
    """
    abu af al av ben bin da de del della den der di do dos du el ibn la le ter van von zu
    """
)

# Family names that are also words, months or places: alone they name nobody that knowledge has.
WORDY = _words(
    """
    baker ban banks bell best bishop black brown bush case church cook day english field fox gates gore grant gray
    green grey hague hill hunt ji key king lake law li little long love major mali mark marks may montenegro moon
    noble page park pope post power powers price prince rice rich rose rush sanders sharp short stone swift white
    wolf wood young
    """
)

# What no project's name begins with.
NO_PROJECT = _words(
    """
    of launch construction completion opening start work halt suspension cancellation
    a an and another any but each european every first for gas his if in its joint lng national new no nuclear
    of oil one our pilot planned proposed russian second some such that the their third this what when
    """
)

# Names that hold a state's, a people's or a capital's name and mean something else.
NOBODY = _phrases(
    """
    Bosnian Serb; Bosnian Serbs; Bosnian Croat; Bosnian Croats; Kosovo Serb; Kosovo Serbs; Kosovo Albanian;
    Kosovo Albanians; Turkish Cypriot; Turkish Cypriots; Greek Cypriot; Greek Cypriots; New Jersey; New Mexico;
    New England; South China Sea; East China Sea; Sea of Japan; Gulf of Mexico; Gulf of Oman; Gulf of Guinea;
    Gulf of Finland; Gulf of Aden; Lake Chad; Niger Delta; Niger River; Jordan River; Jordan Valley; Panama
    Canal; Panama Papers; Air France; Air China; Korea Strait; Washington Post; Washington Times; Washington
    State; Washington, D.C.; Washington, DC; Washington DC; Washington D.C.; Washington Treaty; Moscow Times;
    Jerusalem Post; Kyiv Post; Kyiv Independent; China Daily; Japan Times; Times of Israel; Times of India;
    Sofia Globe; Prague Spring; Paris Club; Paris Agreement; Paris Accord; Paris climate; Helsinki Final Act;
    Berlin Wall; Vienna Convention; Rome Statute; Geneva Convention; Geneva Conventions; Minsk Agreement; Minsk
    Agreements; Minsk agreement; Minsk agreements; Minsk accords; Minsk process; Minsk Protocol; Minsk Group;
    Minsk II; Normandy Format; Budapest Memorandum; Budapest Convention; Lisbon Treaty; Treaty of Lisbon;
    Copenhagen criteria; Copenhagen Criteria; Brussels agreement; Brussels Agreement; Prespa Agreement;
    Bucharest Nine; Indian Ocean; Persian Gulf; Philippine Sea; Guinea pig; Guinea pigs; Lebanon, Pennsylvania;
    Georgia Tech; Paris, Texas; US$; AU$; CA$; Serbian Orthodox; Russian Orthodox; Chinese New Year; Turkish
    Airlines; Turkish Stream; German Shepherd; French Open; Australian Open; US Open; U.S. Open
    """
)

# Families that stand before the given name in Chinese and Korean names.
FAMILY_FIRST = _words(
    """
    Ahn Bai Ban Bui Cai Cao Chang Chen Cheng Chin Cho Choe Choi Chung Cui Dai Dang Deng Ding Dong Du Duong Fan Fang
    Feng Fu Gao Geng Gong Gu Guo Han He Hoang Hong Hou Hu Hua Huang Huynh Hwang Jang Jeong Ji Jia Jiang Jin Jung
    Kang Kim Kong Kwon Lai Lau Lee Leung Li Liang Liao Lim Lin Liu Lu Luo Ma Mao Meng Moon Ngo Nguyen Ni Pak Pan
    Park Peng Pham Phan Qi Qian Qin Ren Ri Ryu Shen Shi Shin Shu Son Song Su Sun Tang Tao Tian Tran Tsai Tsang Tung
    Vo Vu Wan Wang Wei Wen Wu Xi Xia Xiao Xie Xiong Xu Xue Yan Yang Yao Ye Yi Yin Yoo Yoon Yu Yuan Yun Zeng Zhang
    Zhao Zheng Zhong Zhou Zhu Zou
    """
)

# Verbs of headlines that capitalise every word.
HEADLINE_VERBS = _words(
    """
    abandon abandons accepts accuses adds agree agrees aims allows approve approves arrives asks attacks back backs
    bans begin begins blames blocks build builds call cancelled cancels ceases clash complains condemn condemns
    confirms could criticises criticizes cuts delays demand demands denies denounces discuss dismiss dismisses
    doubts drop drops eases ends expects expels extend extends fears freeze freezes gets gives hail hails halt halts
    hints hits hopes impose imposes insists invites joins keeps lashes lauds lift lifts likely looks loses makes
    meet mulls need needs note notes offers open opens oppose opposes plans pledges praises promises proposes
    protests questions quits raises rebukes refuses regret regrets reiterates reject rejects resigns responds resume
    resumes rules scrap scraps seek seeks sees sends set sets shelve shelves sign slams starts stops stresses
    supports suspend suspends takes talk tells thanks threatens turns unveils urge uses vetoes voices vow vows wants
    warn warns wins withdraws
    """
)
