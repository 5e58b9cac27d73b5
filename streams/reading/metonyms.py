"""Whether a demonym or a capital stands for a state where it stands: contexts to the codebook's §1."""

from __future__ import annotations

import re

from streams.reading.lexicon import HEADLINE_VERBS

# Offices, organs and sides: what a demonym before it makes the state's own.
_ORGANS = (
    r"governments?|authorit(?:y|ies)|leaderships?|leaders?|presidenc(?:y|ies)|sides?|parliaments?|lawmakers?|cabinets?|"
    r"ministr(?:y|ies)|ministers?|premiers?|presidents?|chancellors?|ambassadors?|envoys?|diplomats?|diplomacy|"
    r"spokes(?:man|woman|person|men|people)|officials?|secretar(?:y|ies)|delegations?|representatives?|negotiators?|"
    r"deput(?:y|ies)|senators?|senate|MPs?|MEPs?|speaker|chairm[ae]n|chairmanship|prosecutors?|courts?|judges?|"
    r"embass(?:y|ies)|consulates?|missions?|administration|army|military|forces|troops|soldiers|navy|air\ force|"
    r"police|intelligence|regulators?|regulator|agenc(?:y|ies)|services?|central\ bank|bank\ governor|"
    r"statistic(?:s|al)\ \w+|directorate|foreign\ office|treasury|"
    r"king|queen|monarch|emperor|emir|prince|counterparts?|colleagues?|politicians?|people|nation|state|republic|"
    r"federation|duma|bundestag|congress|opposition|parties|party|partners?|regime|commissioners?|governors?|mayors?|"
    r"aides?|advis[eo]rs?|chief|head\ of\ state|generals?|commanders?|defen[cs]e|citizens|voters|public"
)
_FILLERS = (
    r"prime|deputy|vice|first|acting|interim|former|ex|outgoing|incoming|new|then|late|senior|top|permanent|special|"
    r"foreign|energy|defen[cs]e|finance|economy|economics?|interior|trade|justice|health|agriculture|environment|"
    r"climate|transport|infrastructure|industry|mining|oil|gas|petroleum|natural|resources|european|integration|"
    r"affairs|policy|security|national|state|federal|presidential|parliamentary|opposition|central|nuclear|statistics|"
    r"statistical|news|press|internal|external|and|of|armed|peacekeeping|political|military|ruling|pro-\w+|far-right|"
    r"union|cabinet|government|intelligence|border|customs|tax|antitrust|space|data|ordinary|younger|own|chief|lower|"
    r"upper|constitutional|supreme|high|caretaker|coalition"
)
_BEFORE_ORGAN = re.compile(rf"(?:[\s-]{{1,3}}(?:{_FILLERS})){{0,4}}[\s-]{{1,3}}(?:{_ORGANS})(?!\w)", re.IGNORECASE)
# "military conflict", "state visit", "public debt": the organ's word is itself a modifier there.
_THING = re.compile(
    r"\s(?:(?:military|state|public|party|service|police|security|defen[cs]e|intelligence|congress|people)\s"
    r"(?:conflict|crisis|war|visit|debt|media|tv|television|gas|oil|aggression|budget|companies|company|gas|energy|"
    r"exports?|imports?|market|industry|equipment|hardware|vehicles|aircraft|action|operation|sector|products|exercises|bases?|supplies|aid)|"
    r"(?:state|public|services|defen[cs]e)\s(?:of|markets?|spending|budget|goods|sector|trade))\b",
    re.IGNORECASE,
)


def demonym_counts(folded: str, start: int, end: int) -> bool:
    """Whether the demonym stands before an office, organ or side ("the Serbian leadership"), not a thing."""
    if folded[start - 1 : start] == "-" or folded[end : end + 1] == "-":
        return False
    return _BEFORE_ORGAN.match(folded, end) is not None and _THING.match(folded, end) is None


_IN_PLACE = re.compile(
    r"\b(?:in|at|near|outside|inside|around|through|across|into|within|via|visit(?:s|ed|ing)?|leav(?:e|es|ing)|left|"
    r"reach(?:ed|es)?|enter(?:ed|s)?|(?:city|mayor|suburbs?|streets|outskirts|east|west|north|south|people|centre|center)"
    r"\sof)\s(?:the\s|downtown\s|central\s|nearby\s)?\Z",
    re.IGNORECASE,
)
_FOUGHT_OVER = re.compile(
    r"\b(?:battles?|fight|fighting|siege|assault|advance|offensive|march|drive|shelling|bombing|bombardment|defen[cs]e|"
    r"liberation|capture|fall|occupation|encirclement|flights?|trains?|roads?|trips?|travel\w*|"
    r"(?:missile|drone|air|rocket|bomb|terror\w*)\s(?:attacks?|strikes?))\s(?:for|of|on|to|from|towards?)\s\Z",
    re.IGNORECASE,
)
_SIDE = re.compile(
    r"\b(?:with|between|against|by|among|versus|vs\.?|towards?|urg(?:e|es|ed|ing)|accus(?:e|es|ed|ing)|ask(?:s|ed|ing)?|"
    r"tell(?:s|ing)?|told|warn(?:s|ed|ing)?|blam(?:e|es|ed|ing)|criticis(?:e|es|ed|ing)|criticiz(?:e|es|ed|ing)|"
    r"press(?:es|ed|ing)?|persuad(?:e|es|ed|ing)|forc(?:e|es|ed|ing)|support(?:s|ed|ing)?|back(?:s|ed|ing)?|"
    r"punish(?:es|ed|ing)?|sanction(?:s|ed|ing)?|isolat(?:e|es|ed|ing)|thank(?:s|ed|ing)?|prais(?:e|es|ed|ing)|"
    r"allow(?:s|ed|ing)?|help(?:s|ed|ing)?|assur(?:e|es|ed|ing)|invit(?:e|es|ed|ing)|join(?:s|ed|ing)?|"
    r"(?:pressure|sanctions|dependence|reliance|influence|demands?|criticism|attacks?|embargo|restrictions|tariffs)\son|"
    r"(?:pressure|demands?|support|signals?|response|threats?|criticism|message|money|gas|oil|loans?|guarantees?|"
    r"assurances|line|policy|approach|presidency|step|statement|condemnation|independence|approval|permission|orders?|help|aid)\sfrom|"
    r"(?:ambassador|envoy|message|close|closer|loyal|response|warning|according|letter|appeal|signal|ties|support|aid|"
    r"exports|supplies|deliveries|sales|thanks|concessions?|friendly|hostile|opposed|debt|owed?|linked|allied)\sto|"
    r"(?:policy|policies|position|views?|interests?|leadership|government|support|behalf|part|side|decision|refusal|"
    r"criticism|accession|actions|intentions|allies|ally|approval|consent|influence|critics?|knowledge)\sof|"
    r"(?<!left\s)(?<!leave\s)(?<!leaves\s)(?<!leaving\s)(?<!departed\s)(?<!headed\s)(?<!bound\s)for)"
    r"\s(?:both\s|official\s)?\Z",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"(?:,?\s(?:also|still|now|then|again|already|never|therefore|thus|however|itself|officially|openly|formally|"
    r"repeatedly|recently|yesterday|today|alone|too|\w+ly),?)?\s"
    r"(?:is|was|has|had|will|would|can|could|may|might|must|shall|should|does|did|do|have|are|were|says?|said|isn't|"
    r"hasn't|won't|wouldn't|doesn't|didn't|can't|cannot|wants?|sees?|saw|told|gave|took|made|held|kept|began|chose|"
    r"sent|put|met|led|went|knew|thought|felt|cut|set|paid|sought|fought|withdrew|spoke|broke|lost|won|left|came|became|"
    r"found|brought|bought|sold|rose|hit|froze|swore|stood|understood|needs?|and\s\w+\s(?:have|agree|sign)|"
    r"to\s[a-z]+|[a-z]{2,}(?:ed|[^s'\W]s))(?!\w)(?!')"
)
_NOT_VERBS = re.compile(
    r"\s(?:streets|markets|talks|residents|offices|suburbs|hours|times|news|sources|papers|newspapers|airports|analysts|"
    r"officials|summits|negotiations|relations|ties|accords|agreements|gas|this|its|plus|across|based|versus)\b"
)
_OWNS = re.compile(
    r"'s?\s(?!(?:\w+\s)?(?:airport|airports|streets?|metro|subway|mayor|suburbs?|centre|center|residents|red\ssquare|"
    r"square|districts?|downtown|outskirts|university|stock|bus|railway|train|hotels?|museums?|old\stown|population|"
    r"traffic|cathedral|opera|stadium|port|city|main|central)\b)",
    re.IGNORECASE,
)
_NEIGHBOUR = re.compile(r"\s[A-Z][a-z]|\.\w")
_LEADS = re.compile(r"\b(?:to|from|on|of|over|than|or|after|before|since|for)\s\Z")
_DATELINE = re.compile(r"[A-Za-z ,.'/]{0,40}(?:\([A-Za-z ./]{2,20}\)|,?\s[A-Z][a-z]{2,8}\.?\s\d{1,2}\b|\s--?\s)")


def seat_acts(folded: str, start: int, end: int) -> bool:
    """Whether a capital or seat of power is agent, possessor or counterpart here, never a mere place."""
    if folded[start - 1 : start] == "-" and folded[end : end + 1] == "-":
        return False
    if start == 0 and _DATELINE.match(folded, end):
        return False
    before = folded[max(0, start - 40) : start]
    if _FOUGHT_OVER.search(before):
        return False
    if _IN_PLACE.search(before) or _NEIGHBOUR.match(folded, end):
        return _is_glossed(folded, end) and not _IN_PLACE.search(before)
    if _SIDE.search(before) or _OWNS.match(folded, end) or _is_glossed(folded, end):
        return True
    free = not _LEADS.search(before)
    return free and _ACTS.match(folded, end) is not None and not _NOT_VERBS.match(folded, end)


def headline_seat_acts(folded: str, start: int, end: int) -> bool:
    """As `seat_acts`, in a headline that capitalises its verbs: "Moscow Warns Kyiv"."""
    first = max(0, start - 60)
    window = folded[first:end] + folded[end : end + 60].lower()
    verb = _WORD.match(window, end - first)
    if verb and verb.group(1) in HEADLINE_VERBS and not _IN_PLACE.search(folded[first:start]):
        return True
    return seat_acts(window, start - first, end - first)


_WORD = re.compile(r"\s([a-z]+)")
_OPENS = re.compile(
    r"(?:\A|[,;:(\[\"'-]\s?|\b(?:that|and|but|as|while|because|if|when|how|why|whether|than|said|says|what)\s)\Z",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"\b[Tt]he\s\Z")


def people_act(folded: str, start: int, end: int) -> bool:
    """Whether a people stands for its state: "the Germans will pay", "a deal with the Turks", not "ethnic Serbs"."""
    article = _ARTICLE.search(folded[max(0, start - 4) : start])
    before = folded[max(0, start - 44) : start - (4 if article else 0)]
    if _SIDE.search(before):
        return article is not None
    opens = _OPENS.search(before) is not None or start < 5
    return opens and _ACTS.match(folded, end) is not None and not _NOT_VERBS.match(folded, end)


def coordinated(folded: str, end: int, start: int) -> bool:
    """Whether two names are joined by "and" or a comma, so that the one acts as the other does."""
    return folded[end:start] in {" and ", " or ", ", ", ", and ", " and the ", ", the "}


def _is_glossed(folded: str, end: int) -> bool:
    return folded.startswith(" [", end)


_FIRST_PERSON = re.compile(
    r"\b(?:our|my)\s(?:own\s)?(?:country|state|nation|side|government|republic|homeland|people|land)\s\[(?:the\s)?\Z|"
    r"\b(?:we|us)\s\[(?:the\s)?\Z",
    re.IGNORECASE,
)


def gives_speakers_state(folded: str, start: int, end: int) -> bool:
    """Whether the name is the X of "our country [X]"."""
    return folded[end : end + 1] == "]" and _FIRST_PERSON.search(folded[max(0, start - 40) : start]) is not None
