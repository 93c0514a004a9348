"""Which words do billers use in notes, and what do they stand for?

Lists and patterns that the note check looks for. It reads no note.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "ABBREVIATIONS",
    "COMMON_NAMES",
    "COMPANY",
    "FINDING",
    "FIRST_NAMES",
    "HOLLOW",
    "NO_NAMES",
    "OWN_BASE",
    "OWN_DOES",
    "OWN_DONE",
    "OWN_ING",
    "OWN_PASSIVE",
    "PAYERS",
    "PORTALS",
    "ROLES",
    "SAID",
    "SHORT_WORDS",
    "STATES",
]

ABBREVIATIONS: Final[tuple[tuple[str, str], ...]] = (
    (r"sp(?:oke|k)?\.? ?w/|s/w|s/t|\bsw(?= [a-z])|spk (?:to|with)", "spoke with"),
    (r"w/o\b", "without"),
    (r"w/(?:in\b)", "within"),
    (r"\bw/|(?<=[a-z0-9,)] )w (?=[A-Za-z])", "with "),
    (r"f/u['’]?d|fu'd|f-up'd", "followed up"),
    (r"f/u|f/up|f-up|\bfu\b|\bfup\b|\bflw ?up\b|follow-?up|\bfoll(?:ow)? ?up\b", "follow up"),
    (r"c/b|\bcb\b|\bcbk\b|call-?back\b", "call back"),
    (r"t/c|\btc'?d?\b|\bp/c\b|\bph call\b|\btel call\b", "phone call"),
    (
        r"\blvm\b|\blmom\b|\bl/m\b|\blmtcb\b|\blft vm\b|\bleft (?:a )?(?:vm|msg|mssg|message)\b|\blm\b",
        "left voicemail",
    ),
    (r"\bv/?m\b", "voicemail"),
    (r"\bclms\b", "claims"),
    (r"\bclm\b|\bcl\b(?= #)", "claim"),
    (r"\bpts?\b", "patient"),
    (r"\bins\.? co\.?\b|\bins\b\.?(?! #)|\binsur\b", "insurance"),
    (r"\brec'?v?e?d\b|\brcv'?d\b|\brcvd?\b", "received"),
    (r"\bpd\b", "paid"),
    (r"\bp(?:y)?mts?\b", "payment"),
    (r"\bdnd\b|\bden'd\b|\bdny'?d\b|\bdenied\b", "denied"),
    (r"\bdnl\b", "denial"),
    (r"\bin ?-?proc\b\.?|\binprocess\b|\bi/p\b", "in process"),
    (r"\bproc(?:'?d|sd|essd)\b", "processed"),
    (r"\bnof\b|\bn/o/f\b", "not on file"),
    (r"\bded\b\.?", "deductible"),
    (r"\bpt'?s? resp\b", "patient responsibility"),
    (r"\bmed recs?\b\.?|\bm/r\b|\bmrs\b(?= (?:need|req))", "medical records"),
    (r"\brecs\b", "records"),
    (r"\breq'?d\b", "requested"),
    (r"\bresub(?:m|mit)?\b", "resubmit"),
    (r"\bresub(?:m)?(?:'d|d)\b", "resubmitted"),
    (r"\bwks?\b", "weeks"),
    (r"\bdys\b", "days"),
    (r"\b(?:biz|bus|bsns|b)\.? ?days?\b", "business days"),
    (r"\bmos\b", "months"),
    (r"\btm(?:r)?w\b|\btmro\b|\btmrw\b|\b2morrow\b|\btomm?or?row\b", "tomorrow"),
    (r"\bnxt\b", "next"),
    (r"\bchk'?d\b|\bck'?d\b", "checked"),
    (r"\bchk\b|\bck\b", "check"),
    (r"\badv'?d\b|\badv\b\.?", "advised"),
    (r"\bver'?d\b|\bverif'?d\b", "verified"),
    (r"\bconf'?d\b", "confirmed"),
    (r"\bconf\b\.?(?= ?(?:#|no|num|id))", "confirmation"),
    (r"\bsts\b|\bstat\b(?= (?:of|on|is))", "status"),
    (r"\bnum\b|\bnbr\b", "number"),
    (r"\bsup\b|\bsupv\b|\bsuper\b(?= [a-z])", "supervisor"),
    (r"\bdept\b\.?", "department"),
    (r"\bauth\b", "authorization"),
    (r"\bcorr(?:'d|ctd)?\b\.?", "corrected"),
    (r"\bapprox\b\.?", "about"),
    (r"\bpls\b|\bplz\b", "please"),
    (r"\binfo\b", "information"),
    (r"\bw/out\b", "without"),
)
"""Abbreviation (a pattern, in any case) -> what it stands for."""

ROLES: Final = (
    "rep|reps|representative|agent|csr|supervisor|adjuster|examiner|specialist|associate|analyst|manager|clerk"
    "|coordinator|advocate|operator|lead|processor|liaison|contact|person|lady|gentleman|guy|nurse|attendant"
)

SAID: Final = (
    "said|says|say|stated|states|state|advised|advises|told|tells|confirmed|confirms|explained|explains|verified"
    "|verifies|informed|informs|reported|reports|indicated|indicates|mentioned|mentions|noted|quoted|relayed|promised"
    "|promises|answered|replied|claims|found|located|located|checked and|looked|gave|provided|transferred|agreed"
    "|took|saw|sees|pulled|offered|escalated|sent back|picked up|let me know|let us know|apologized|refused|insisted"
    "|thinks|thought|acknowledged|clarified|shared|assured|put|opened|initiated|requested|asked|wants|needs|suggested"
    "|recommended|instructed|reprocessed|resent|reopened|issued|read|returned"
)

_OWN_VERBS: Final = (
    "call check recheck re-check follow appeal resubmit re-submit submit rebill re-bill bill refile re-file file send"
    " resend re-send fax refax mail remail email e-mail message correct fix update contact get obtain request pull post"
    " write adjust transfer move escalate review look verify confirm ring phone telephone reach ask upload attach"
    " forward monitor watch revisit return try retry chase touch circle log start prepare prep draft drop refund close"
    " dispute hold keep see work reply respond query route pass hand notify inform advise tell speak talk discuss"
    " schedule set gather collect find locate print reprint complete add remove change enter key rekey ship"
    " re-verify reverify recall dial redial audit request charge invoice statement bring take make place give put"
    " re-run rerun run push press ping reopen re-open reprocess recheck compare pursue process nudge handle expect"
    " wait await pend release re-release re-attempt reattempt attempt continue re-contact open provide supply furnish"
    " address finish do download scan figure determine decide assign reassign arrange initiate launch meet compile"
    " assemble secure order research investigate retrieve resolve settle clarify expedite alert loop relay fight"
    " reconsider answer remind split void reverse apply renew enroll trace replace link load batch queue diarize reprice match reconcile deposit validate reattach re-attach resequence recode recoup refer re-refer reprint rescan"
)


def _forms(verbs: str) -> tuple[str, str, str, str]:
    """Return the plain, the -ing and the past forms of regular verbs as patterns."""
    irregular = {
        "get": "got",
        "send": "sent",
        "resend": "resent",
        "re-send": "re-sent",
        "write": "written|wrote",
        "ring": "rung|rang",
        "see": "seen|saw",
        "speak": "spoken|spoke",
        "tell": "told",
        "take": "taken|took",
        "make": "made",
        "bring": "brought",
        "find": "found",
        "hold": "held",
        "keep": "kept",
        "give": "given|gave",
        "run": "run|ran",
        "rerun": "rerun|reran",
        "re-run": "re-run|re-ran",
        "set": "set",
        "put": "put",
        "do": "done|did",
    }
    plain, going, done = [], [], []
    for verb in dict.fromkeys(verbs.split()):
        doubled = verb.endswith(
            ("submit", "log", "get", "set", "drop", "put", "run", "ship", "prep", "refer", "scan")
        )
        stem = verb + verb[-1] if doubled else verb
        going.append((verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else stem) + "ing")
        if verb in irregular:
            done.append(irregular[verb])
        elif verb.endswith("e"):
            done.append(f"{verb}d")
        elif verb.endswith("y") and verb[-2] not in "aeiou":
            done.append(f"{verb[:-1]}ied")
        else:
            done.append(f"{stem}ed")
        plain.append(verb)
    does = [f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2] not in "aeiou" else f"{verb}e?s" for verb in plain]
    plain_, going_, done_, does_ = ("|".join(sorted(forms, key=len, reverse=True)) for forms in (plain, going, done, does))
    return plain_, going_, done_, does_


OWN_BASE, OWN_ING, OWN_PASSIVE, OWN_DOES = _forms(_OWN_VERBS)
"""What billers do, as in "will call", "calling" and "to be called"."""

OWN_DONE: Final = (
    "called|phoned|rang|dialed|dialled|telephoned|checked|logged|contacted|emailed|faxed|mailed|looked|reviewed|spoke"
    "|talked|submitted|resubmitted|reached|tried|followed|visited|went|got|pulled|accessed|searched|chatted|messaged"
    "|opened|worked|corrected|appealed|filed|read|sent|uploaded|rebilled|attempted|rechecked|researched|left|made"
    "|placed|completed|did|used|ran|viewed|queried|inquired|noticed|left|on phone|phone call|on the phone|sat|held"
    "|spent|waited|met|wrote|processed|posted|verified|confirmed"
)

PORTALS: Final = (
    "availity|navinet|waystar|trizetto|office ally|officeally|link portal|uhc link|one ?healthcare id|onehealth"
    "care|provider express|evicore|covermymeds|zelis|echo ?health|payspan|instamed|experian|realmed|passport|dde|fiss"
    "|connex|ngsconnex|mycgs|my ?cgs|novitasphere|spot portal|noridian portal|eservices|e-services|epaces|promise"
    " portal|medi-cal (?:site|portal)|champs|forwardhealth|mn-its|healthpas|cignaforhcp|cigna for hcp|myevicore"
    "|provider ?source|provider ?link|iexchange|jiva|echo portal|change healthcare|claim\\.?md|kareo|tebra|athena"
    "collector|web ?portal|webportal|inovalon|emomed|ohio mits|mits portal|healthtrio|hnet|myuhc"
    "|provider self.?service|c-snap|csnap|connect ?center|payer ?path|gateway edi|simple ?practice|secure ?provider"
)

PAYERS: Final = frozenset(
    """aetna cigna uhc united unitedhealthcare unitedhealth humana bcbs bcbsa bcbstx bcbsil bcbsnc blue cross shield
    anthem medicare medicaid tricare kaiser molina centene ambetter wellcare oscar highmark champva champus va wps
    noridian novitas palmetto cgs ngs fcso railroad geha umr meritain mcr mcd mcaid mcare carefirst premera regence
    healthnet healthfirst fidelis amerigroup amerihealth caresource buckeye superior wellmark emblem empire horizon
    independence excellus geisinger upmc harvard pilgrim tufts humana's aetna's cigna's optum optumcare mercy
    multiplan healthspring devoted clover bright friday allstate geico progressive statefarm farmers usaa travelers
    liberty sedgwick gallagher bassett zurich hartford beech trustmark allied assurant aflac metlife delta guardian
    principal lincoln surest bind tmhp peachstate medi-cal medical mediblue unicare sunshine staywell magellan beacon
    carelon evernorth evicore wc workcomp comp lakeshore silverbirch goldenrod fairmeadow juniper thistledown larkmoor
    harrowgate tamarack copperline wayfare ironbridge bugle foxglove availity navinet waystar trizetto hmo ppo epo pos
    tpa dol owcp ihs chip simply prominence scan healthy healthplan medica priority physicians moda providence dean
    quartz christus bluecross blueshield bluecard scott sentara coventry tufts ucare hap bmc wellpoint""".split()  # noqa: SIM905
)
"""Words in names of payers, in lower case: whoever is called so is no person."""

COMPANY: Final = (
    "Health|Healthcare|Mutual|Insurance|Plan|Plans|Benefit|Benefits|Casualty|Advantage|Assurance|Life|Trust"
    "|Supplement|Partners|Medicaid|Medicare|Blue|Shield|Cross|Group|Administrators|TPA|Assistance|Commercial|HMO|PPO"
    "|Employers|Employer|Care|Choice|Community|Senior|Family|Individual|Service|Services|Part|Medical|National"
    "|American|Federal|State|Union|Fund|Indemnity|Comp|Auto"
)

SHORT_WORDS: Final = frozenset(
    """eob era cob dos npi icn ccn dcn tcn tin w9 pcp md do dob id mrn ssn hmo ppo epo pos oon inn co pr oa pi cr nop
    cpt hcpcs mod rx dme er ed hh snf op ip pa ub cms edi efts eft ach chk ck ref inc amt bal adj wo w/o pmt pd ded
    ins pt pts rep sup csr ivr vm lvm tc fu cb am pm est cst pst edt cdt pdt mst usps ups fed ex po box fax tel ext
    web aob mra mri ct lab er bcbs uhc cgs ngs wps umr va wc mva tpa cigna fl ny nj ca tx ga nc sc va md dc ma ct ri
    nh vt me oh in il mi wi mn ia mo ks ne nd sd ok ar la ms al tn ky wv de pa or wa nv az ut co nm id mt wy ak hi
    us usa na n/a tbd asap eod eow eom nad nfa lcd ncd abn msp esrd cms ndc gi ob gyn pt ot st we he it is at on of
    to by no my me if so or an as be go do up all the and but for not has had was are via per due tue wed thu fri
    sat sun mon jan feb mar apr may jun jul aug sep oct nov dec day new old now one two six ten yes paid call his
    her our you she him who out get set see add ask try put let pay end""".split()  # noqa: SIM905
)
"""Short words and abbreviations, in lower case, that are nobody's initials."""

STATES: Final = frozenset(
    """fl ny nj ca tx ga nc sc va md dc ma ct ri vt nh me oh in il mi wi mn ia mo ks ne nd sd ok ar la ms al tn ky wv de
    pa or wa nv az ut co nm id mt wy ak hi""".split()  # noqa: SIM905
)
"""Codes of states, which may be initials where initials stand."""

COMMON_NAMES: Final = frozenset(
    """chase sue charity precious destiny don rod earl gene dale virginia georgia florence sierra savannah misty summer
    autumn grace faith dawn rose crystal ginger mercedes case art jean dee pearl jewel fern laurel sunny rusty rocky
    lacey sid sal parker porter logan jordan taylor morgan kit jade ruby ivy iris violet daisy lily hazel heather april
    june angel jesus chance frank gale guy jack harry dick dolly kim lane lee lou mae melody norm page paige penny red
    reed rich rob robin rowan royce sandy scott sky stormy ted terry tony trinity troy ty wade ward wes will woody
    reid rory piper perry tanner tad tori tod ria ina ora ola eva van merlin romeo orlando sydney kenya carolina israel
    carson houston austin dallas denver madison jackson lincoln washington randy tracy""".split()  # noqa: SIM905
)
"""First names that are words or places, too: in small letters they count as words."""

NO_NAMES: Final = frozenset(
    """the a an them they him her he she it us we i me you someone somebody anyone nobody one no rep reps
    representative agent csr supervisor adjuster payer payor insurance insurer carrier plan claims claim provider
    providers services service customer member members department dept benefits billing office practice clinic patient
    portal website site online system phone line call callback voicemail ivr automated appeal appeals records medical
    coding team lead desk front hospital facility group and or but so then also still today tomorrow yesterday on in at
    for to with without from by per via re regarding about after before again back next not no yes this that these
    those there who what which whose when why how if as of off over under until since while because status denied
    denial pending pended paid payment process processed processing received approved rejected review check eob era
    cob auth authorization referral ref reference number confirmation ticket case icn dcn ccn tcn npi dos date spoke
    called phoned checked contacted reached talked emailed faxed mailed logged left reviewed sent resubmitted submitted
    will need needs needed must should would could may might can please has have had is was were are be been being got
    get all any some each every other another new old same more less first second third last level appealed corrected
    update updated verified verify confirmed confirm advised stated states said says told asked informed explained
    provided given gave promised follow following followed up monday tuesday wednesday thursday friday saturday sunday
    january february march april june july august september october november december jan feb mar apr jun jul aug sep
    sept oct nov dec mon tue tues wed thu thur thurs fri sat sun week weeks day days month months hour hours min mins
    minutes business calendar end spouse wife husband mother father mom dad son daughter parent guarantor subscriber
    guardian dr mr mrs ms miss doctor account balance statement letter fax email mail chat hold time timely filing
    network duplicate primary secondary tertiary coverage active inactive termed eligibility modifier diagnosis code
    codes line lines amount total allowed deductible coinsurance copay copayment responsibility contractual write
    adjustment refund recoupment overpayment underpayment underpaid overpaid amt unable able no-one none n/a unknown
    their his its our my your large small closed open per-rep prior precert recheck resubmit rebill submit send fax
    note notes action step plan followup insurances tax id w-9 w9 form forms issue issued error invalid missing wrong
    incorrect correct correction due found finding result results looks looking waiting awaiting allow allows expect
    expected regards thanks thank working work worked online outbound inbound incoming outgoing talked discussion
    discussed discussing conversation conference three way name names person contact initials staff biller coder
    collector user employer adjudication examiner specialist associate analyst manager clerk operator nurse lady
    gentleman guy woman man done complete completed resolved ok okay urgent fyi thanks pass closed nothing everything voicemail mailbox machine answering nobody""".split()  # noqa: SIM905
)
"""Words that stand where a name could and are none, in lower case."""

HOLLOW: Final = frozenset(
    """the and but for with without from per via about after before again back then now still yet just only
    very too also here there this that these those its it's they them him she her his hers our ours mine you
    your who whom what which when where why how are was were been being has have had does did done doing can
    could will would should may might must not yes okay any all some each every both few several much many
    more most less least such own same other another into onto over under than because since until while
    although though however call calls called calling phone phones phoned telephone telephoned spoke spoken
    speak speaking talk talks talked talking chat chatted email emailed emails fax faxed message messages
    messaged left voicemail voicemails line lines hold held holding minutes minute mins min hour hours
    transferred transfer dropped drop answer answered answers reached reach contact contacted contacts tried
    try tries trying got get gets getting through connect connected hung rang ring dialed long time times
    day days week weeks today yesterday tomorrow morning afternoon twice once moment rep reps representative
    agent agents csr supervisor supervisors manager someone somebody person lady guy people nobody
    department dept claims claim provider providers service services customer member members team office
    unit desk queue status update updates updated information info news nothing something anything
    everything change changes changed unchanged previous previously last latest note notes above below see
    seen question questions general issue issues problem problems thing things stuff matter matters
    situation case cases detail details bad good fine great helpful rude nice polite friendly confused
    confusing unsure sure aware look looks looked looking check checks checked checking review reviews
    reviewed reviewing work works worked working handle handled handling discuss discussed discussing
    discussion conversation went going explained explain explains asked ask asks asking inquire inquired
    inquiry inquiries request requests requested wait waits waiting waited luck success busy full mailbox
    system systems down portal portals website websites site online web login logged log access accessed
    page screen unable cannot can't couldn't wouldn't didn't don't doesn't won't isn't wasn't open opened
    account accounts patient patients payer payers payor insurance insurer carrier plan plans number numbers
    reference references confirmation soon later sometime sometimes point possible need needs needed want
    wants wanted help helps helped helping assist assisted assistance regarding concerning follow followed
    following attempt attempts attempted response respond responded reply replied replies told tell tells
    said say says saying advised advise advises stated state states mentioned give gives given gave take
    takes taken took taking know knows known let lets make makes made making keep keeps kept monitor
    monitoring continue continues progress ongoing along complete completed finish finished upset angry
    touch base touched place placed one two three four five first second third ivr automated recording
    recorded user name names supposed anyway actually basically currently recently already maybe perhaps
    probably hopefully please thanks thank hello quick quickly short brief visited visit provided provide
    provides using used use read sent send sending out off well asap research researching escalated escalate
    escalation ticket tickets resolve resolved resolution attention sup worker contractor dates date clerk
    figure figured find found finding item itself himself herself themselves myself able hear heard hearing
    promised expect expects expected inform informed informing notify notified conf clearinghouse certified
    mailed mail letter payers' today's claim's bill bills billed billing biller record records regular
    normal usual usually typical regards attn care careful hand hands next step steps action actions to-do
    follow-up""".split()  # noqa: SIM905
)
"""Words that tell nothing of a claim by themselves."""

FIRST_NAMES: Final = frozenset(
    """aaron abby abigail adam adrian adriana aisha alan albert alejandra alejandro alex alexa alexander alexandra
    alexis alfred ali alice alicia alisha allen allison alma alyssa amanda amber amelia amir amy ana anaya andre andrea
    andrew andy angel angela angelica angie anita ann anna anne annette anthony antoinette antonio april ariana ariel
    arlene arthur ashley ashton audrey aurora austin autumn ava bailey barbara barry beatrice becky belinda ben
    benjamin bernadette bernice beth bethany betsy betty beverly bianca bill billy blanca bob bobby bonnie brad bradley
    brandi brandon brandy brenda brent brett brian briana brianna bridget brittany brooke bruce bryan caitlin caleb
    calvin cameron camila camille candace carl carla carlos carmen carol caroline carolyn carrie casey cassandra
    catherine cathy cecilia celeste celia chad charity charlene charles charlie charlotte chase chelsea cheryl chloe
    chris christian christina christine christopher christy cindy claire clara clarence claudia clayton cody cole
    colleen connie connor constance corey cory courtney craig cristina crystal curtis cynthia daisy dale damon dan dana
    daniel daniela danielle danny daphne darius darlene darnell darrell daryl dave david dawn dean deanna debbie
    deborah debra dee delia denise dennis derek derrick desiree destiny devon diana diane diego dolores dominic
    dominique don donald donna dora doreen doris dorothy doug douglas drew duane dustin dwayne dwight dylan earl ebony
    eddie edgar edith eduardo edward edwin eileen elaine eleanor elena elias elijah elise elizabeth ella ellen emily
    emma emmanuel eric erica erik erika erin ernest esmeralda esperanza esteban esther ethan eugene eunice eva evan
    evelyn faith farah fatima felicia felix fernando fiona florence frances francesca francis frank fred freddie
    frederick gabby gabriel gabriela gabrielle gail garrett gary gavin gene genevieve george georgia gerald gilbert
    gina ginger giselle gladys glen glenda glenn gloria grace graciela greg gregory greta guadalupe gwen hailey hannah
    harold harriet harry hazel heather hector heidi helen henry herbert hilda holly howard hugo hunter ian ida ignacio
    ines ingrid irene iris isaac isabel isabella isaiah ivan ivy jack jackie jackson jacob jacqueline jade jaime jake
    jamal james jamie jan jana jane janelle janet janice janine jared jasmin jasmine jason javier jay jayla jean jeanette
    jeanne jeff jeffrey jen jenna jennie jennifer jenny jeremiah jeremy jermaine jerome jerry jesse jessica jessie jesus
    jill jim jimmy jo joan joann joanna joanne jocelyn jodi joe joel johanna john johnny jon jonathan jordan jorge jose
    joseph josephine josh joshua joy joyce juan juana juanita judith judy julia julian juliana julie julio june justin
    kara karen kari karina karl karla kate katelyn katherine kathleen kathryn kathy katie katrina kay kayla keisha keith
    kelley kelli kelly kelsey ken kendra kenneth kenny keri kerry kevin kim kimberly kirk krista kristen kristi kristin
    kristina kristy krystal kurt kyle kylie lakeisha lakshmi lamar lana lance larry latasha latisha latonya latoya laura
    lauren laurie lawrence leah lee leila lena leo leon leona leonard leroy leslie leticia levi lewis liam lillian lily
    linda lindsay lindsey lisa liz lloyd lois lola lonnie lora lorena lorenzo loretta lori lorraine louis louise lucas
    lucia lucy luis luke luz lydia lynda lynette lynn mackenzie madison maggie malik mandy manuel marc marcella marcia
    marco marcos marcus margaret margarita maria mariah marian mariana marianne maribel marie marilyn mario marisa
    marisol marissa marjorie mark marla marlene marlon marquis marsha marshall marta martha martin marvin mary maryann
    mateo matt matthew maureen maurice max maxine maya megan meghan mei melanie melinda melissa melody mercedes meredith
    mia micah michael micheal michele michelle miguel mike mildred mindy miranda miriam misty mitchell mohamed mohammed
    moises molly mona monica monique morgan muhammad myra nadia nadine nancy naomi natalia natalie natasha nathan
    nathaniel neha neil nelson nia nicholas nick nicolas nicole nina noah noel noelle nora norma norman nikki odalys
    olga oliver olivia omar oscar pam pamela parker pat patrice patricia patrick patty paul paula paulette pauline pedro
    peggy penny perla peter phil philip phillip phyllis precious preston priscilla priya quentin quinn rachel rafael
    ralph ramon ramona randall randy raquel raul ravi ray raymond rebecca regina reggie renata rene renee reyna rhonda
    ricardo rich richard rick ricky riley rita rob robert roberta roberto robin robyn rochelle rod rodney rodrigo roger
    roland roman ron ronald ronnie rosa rosalie rosario rose rosemary ross roxanne roy ruben ruby rudy russell ruth ryan
    sabrina sadie sally salvador sam samantha samir samuel sandra sandy sara sarah sasha savannah sean selena sergio
    seth shane shanice shanna shannon shari sharon shaun shauna shawn sheila shelby shelia shelly sheri sherri sherry
    shirley sierra silvia simon simone sofia sonia sonya sophia sophie stacey stacie stacy stan stanley stella stephanie
    stephen steve steven stewart stuart sue summer susan susana suzanne sylvia tabitha tamara tameka tami tamika tammy
    tanisha tanya tara tasha tatiana taylor ted tera terence teresa teri terrance terrence terri terry tessa thelma
    theodore theresa thomas tia tiffany tim timothy tina toby todd tom tommy toni tonya tony tracey traci tracy travis
    trent trevor tricia trina trish tristan troy tyler tyrone valeria valerie vanessa vera vernon veronica vicki vickie
    vicky victor victoria vince vincent viola violet virginia vivian wade walter wanda warren wayne wendy wesley whitney
    will william willie wilma xavier yasmin yesenia yolanda yvette yvonne zach zachary zoe
    gus hank brandy ed al jo mo bea lou vi teo theo ines deja renée xi pearl opal otis boris priti anil arjun
    deepa divya kavita lata manoj meena nisha pooja pradeep rahul rajesh rakesh rina rohit sanjay shanti
    shreya sunil sunita suresh swati vijay vikram wei ming hui jin lin ngoc nguyen thuy minh linh tuan hoa
    ahmed amina hassan ibrahim khadija layla mustafa nasir omari rashid yusuf zainab keiko kenji yuki hiro soo
    jiwon minjun alina dmitri irina katya ludmila nikolai oksana svetlana tatyana vlad yelena abdul adele
    adela ada agnes alana aldo alec alvin anders anika anton archie arnold arturo astrid aubrey basil benny
    benita bernard bert bertha bettina birgit blair bonita boyd brock bryce byron cal camilla carina carlo
    carlton carmela casper cassie cedric chester chet clark claude clay cleo cliff clifford clint clyde
    consuelo cora cordelia cyril cheri noel zeke alana ursula yan bo quincy tam joss hal gil marge lulu pete abe dahlia dalia damian daria deana dedra deirdre della delores demetrius denny
    desmond dexter dina dirk donnie donovan dora dottie duncan edna effie elba elsa elsie elva elvira emilio
    emmett enid enrique erma ernie erwin essie etta fabian felipe fern fletcher flora floyd fran freda gayle
    geoff geoffrey gerard gerry gilda giovanni gordon graham gwendolyn harvey herb herman hilary homer ilene
    ilse imani imelda irma irvin isidro iva jana janae jared jarvis javon jayden jayne jerri joaquin jody joey
    johnnie jolene josefina josie jude jules juliet justine kaitlyn kali karin kasey kelvin kermit kip kira
    kris lars latrice laurel laverne leann leanne leigh leland lenny lenore leta lilia lina lindy liza lon
    loren lorna lorrie lottie louie lowell lucille lucinda luella lupe luther lyle mable magda mal malcolm
    mallory mamie manny mara marcel margie margo margot marguerite mariel marina marion marla marnie marty
    marva mattie maude mavis meg mel melba melvin milton mimi minerva mitch mohammad mort moses murray myles
    myrna myron nancie nanette nate ned nell nellie nestor nettie nicky nigel nita nola norbert noreen octavia
    ola ollie ophelia orlando orville osvaldo pablo paige paloma parker pascal patsy percy petra piper polly
    queenie raina ramiro randi raphael rashad reba reggie reuben rex reynaldo rhoda rico rigoberto robbie
    rocio rolando rolf ronda rory rosalind rosalyn rosanna rosetta rowan roxie royce rufus rupert salma sammy
    saul sebastian selma serena serge seymour shana shani sharlene sharron shayla sheldon shelley sherman
    sherrie sidney silas sondra stefan stefanie stephan stevie susie sybil sydney tamar taryn ted teddy thad
    thaddeus tiana tillie tito tomas tracie trudy tyra ulysses ursula vance vaughn velma verna vic vida
    viviana wallace walt wes wilbur wilfred winifred winston yadira yasmine yuri zack zara zelda zena jeannie
    delphine solange imogen beatriz paola xiomara yolonda keesha lashonda latoyia deandre dwight tyrell jalen
    jamila kwame amara chidi ifeoma ngozi emeka femi sade tunde mei-ling hana aya rin""".split()  # noqa: SIM905
) - {
    "will",
    "may",
    "june",
    "april",
    "mark",
    "bill",
    "pat",
    "drew",
    "rich",
    "hunter",
    "ray",
    "max",
    "dean",
    "oscar",
    "van",
    "von",
    "lan",
    "les",
    "val",
    "art",
    "sol",
}

_FINDINGS: Final = (
    # adjudicated
    r"den(?:ied|ial|ials|ies|y|ying)\b",
    r"reject(?:ed|ion|s)?\b",
    r"\bpend(?:ed|ing|s)\b",
    r"\bin[- ]process\b|\bprocess(?:ing|ed)\b|\bin the (?:queue|system)\b|\bstill in (?:review|process)",
    r"\badjudicat|\bfinali[sz]|\bapproved?\b|\bapproval\b",
    r"\bpaid\b|\bpays? (?:at|the|us|\$)|\bpayment\b|\bunpaid\b|\bzero[- ]?pa(?:y|id)|\bpaying\b",
    r"\ballow(?:ed|able)\b|\bapplied to\b|\bapplying to\b|\bdeductible\b|\bco-?ins(?:urance)?\b|\bco-?pay\b",
    r"\bpatient(?:'s)? (?:resp|owes|liab|balance|portion|share)|\bmember (?:resp|liab)",
    r"\bunderpa(?:id|yment)|\boverpa(?:id|yment)|\brecoup|\btake-?back|\btaken back|\boffset|\brefund",
    r"\bupheld\b|\bover-?turn|\breversed\b|\breversal\b|\bre-?open(?:ed)?\b|\breprocess|\bre-?adjudicat|\badjust(?:ed|ment)",
    # where it is
    r"\b(?:not|never|no claim|nothing|isn't|wasn't) (?:found )?(?:on|in) (?:file|their system|system|the system|record)",
    r"\bon file\b|\bno record\b|\bno trace\b|\bnever (?:received|got|arrived|made it)|\bnot (?:been )?(?:received|located|found|seen)",
    r"\b(?:don't|do not|doesn't|does not|didn't|did not|cannot|can't|couldn't|could not|unable to) (?:have|see|show|find|locate|get|receive)\b",
    r"\b(?:has|have|had|hasn't|haven't|was|were|is|got|did|been|claim|appeal|records?|documents?|it|they|payer) (?:not )?(?:been )?received\b",
    r"\breceived (?:the |our |a |by |on |in |and |all |corrected |\d)|\backnowledged?\b",
    r"\b(?:in|under|for|being|manual|medical|clinical|nurse|peer|second|further|additional|internal|pricing|claims) (?:manual |medical |clinical |nurse |further |a )?review(?:ed)?\b",
    r"\bwith (?:the )?(?:examiner|medical director|review(?:er)?|pricing|adjuster|reviewers)\b",
    r"\bon hold\b(?! (?:for )?\d+ ?m)|\bheld (?:for|up|in|pending)|\bsuspend|\bstuck\b|\bstalled?\b|\bbacklog|\bdelay|\bunassigned\b|\bnot (?:yet )?(?:assigned|worked|released|finali[sz]ed|paid|posted)",
    r"\bforward(?:ed)? to|\brouted to|\bcross(?:ed)?[- ]?over\b|\bsent back|\breturned\b|\bsent to (?:the )?(?:wrong|old|medical|pricing|review|another)",
    r"\b(?:waiting (?:on|for)|awaiting)\b(?!.{0,30}(?:call|response|reply|answer|supervisor|rep\b|update|them\b|him\b|her\b|hear))",
    # what is missing or wrong
    r"\b(?:needs?|needed|needing|requires?|required|requiring|wants?|wanting|asking for|asked us for|asks for|requests?|requested|requesting|looking for|lacks?|lacking|missing|absent|without|omitted|incomplete|no) (?:to (?:see|have|get) )?(?:an? |the |our |more |any |valid |updated |additional |prior |primary |new |completed |signed |copy of |itemi[sz]ed |corrected |office |op(?:erative)? |chart |medical |clinical |visit |progress |treating )*(?:records?|notes?|eob|cob|authorization|pre-?auth|auths?|pa\b|precert|referral|w-?9|bill|documentation|docs?|chart|report|information|modifier|mod\b|npi|taxonomy|signature|accident|questionnaire|form|invoice|ndc|diagnosis|dx|code|id\b|update|letter|attachment|consent|proof|coordination|order|number|subscriber|dob|resubmission|corrected|replacement|anesthesia|time|units|details|dates?|contract|fee|primary|payment|coverage|match)",
    r"\b(?:records?|notes?|documentation|authorization|referral|eob|cob|information|w-?9|report|modifier|bill) (?:is |are |was |were |still |not )*(?:requested|needed|required|missing|outstanding|incomplete|on file|due)\b",
    r"\b(?:missing|invalid|incorrect|wrong|mismatch(?:ed)?|inconsistent|inaccurate|outdated|incompatible)\b",
    r"\b(?:doesn't|does not|didn't|did not|don't|do not|not) (?:match|cover|support|meet|agree|include|credit|link|allow|pay|recogni[sz]e|apply|honor|accept)",
    r"\bcob\b|\bcoordination of benefits|\bother (?:insurance|coverage|payer|carrier)|\b(?:is|as|was|are|billed as|now) (?:the )?(?:primary|secondary)|\bprimary (?:payer|eob|is|insurance|first|paid)|\bsecondary (?:payer|is|claim|never)",
    r"\bterm(?:ed|inated|inat)|\binactive\b|\bin-?eligible\b|\bnot (?:eligible|active|effective|covered|enrolled|contracted|credentialed|par\b|in[- ]network|linked|loaded|valid|payable|billable|reimbursable|authori[sz]ed|approved|required|needed|attached|timely|medically)",
    r"\b(?:no|lost|lapsed?|ended|expired) (?:active )?coverage|\bcoverage (?:is|was|ended|lapsed|termed|inactive|not|expired|began|started|active|in)|\belig(?:ible|ibility)\b(?! (?:check|portal|site|tab|screen))|\bactive (?:coverage|policy|plan)",
    r"\bnon-?covered|\bexclu(?:sion|ded)|\bmax(?:ed|imum)?\b|\bexhausted|\bran out\b|\bused up\b|\boff by\b|\bbenefit limit|\bout[- ]of[- ]network|\boon\b|\bnon-?par\b|\bcredential|\bcapitat",
    r"\bduplicate|\bdup\b|\bbundl|\binclusive|\bincluded in|\bglobal\b|\bincidental|\bmutually|\bunbundl|\bncci\b",
    r"\bmod(?:ifier)? ?-?\d\d\b|\bmodifier\b|\bdiagnosis\b|\btaxonomy|\bplace of service|\bpos \d",
    r"\bmedical(?:ly)? (?:necess|unnecess)|\bnot necessary|\bexperimental|\binvestigational|\bnecessity",
    r"\b(?:un)?timely\b|\bpast (?:the )?(?:filing|deadline|limit|due)|\bfiling (?:limit|deadline)|\btoo late|\blate\b|\bexpired\b|\bout of time|\bfrequency",
    r"\bprior auth|\bprecert|\bno (?:pa|auth|authorization|referral|precert)\b|\bauthorization (?:is|was|on|not|missing|required|needed|number|expired|approved|obtained|covers|covered|found|does|did|ended)|\breferral (?:is|was|not|missing|required|needed|expired|on)",
    r"\b(?:co|pr|oa|pi)[- ]?\d{1,3}\b|\bcarc\b|\brarc\b|\breason code|\bremark code|\b(?:n|ma|m)\d{2,3}\b|\bcode \d+",
    # money on the way
    r"\bcheck (?:#|no\b|number|was|is|issued|mailed|cleared|cashed|went|dated|sent|for|in|on|not|never|released|printed|still|\d)",
    r"\beft\b|\bach\b|\bissued\b|\bcleared\b|\bcashed\b|\buncashed|\bstale\b|\bstop(?:ped)? payment|\bvoid(?:ed)?\b|\bvcc\b|\bvirtual card|\blockbox",
    r"\b(?:scheduled|set|due|slated|expected|approved|going|ready|released|queued) (?:to (?:be )?(?:pay|paid|release|go out|finali[sz]e|process)|for pay)",
    r"\bwill (?:be )?(?:pay|paid|issue|issued|mail|mailed|release|released|reprocess|reprocessed|process|processed|adjudicate|finali[sz]e|cover|credit|send (?:a |the )?(?:check|payment|eob|letter|decision))",
    r"\b(?:payment|decision|determination|check|eob|response|remit) (?:is |was )?(?:expected|pending|due|made|out|in|sent|issued|mailed|released)",
    # patients
    r"\bagreed to|\bdisput(?:es?|ed|ing)\b|\brefus(?:es?|ed)|\b(?:can't|cannot|unable to) (?:pay|afford)|\bhardship|\bfinancial assist|\bpayment (?:plan|arrangement)|\bbankrupt|\bdeceased|\bmoved\b|\beff(?:ective)?\b|\bnew (?:\w+ ){0,2}(?:insurance|address|coverage|policy|member|card|plan)|\bdisconnected|\bwrong number|\bundeliverable|\breturn(?:ed)? mail",
    r"\bbalance (?:is|of|was|due|owed|moved|zero|remaining|transferred)|\bzero balance|\$0(?:\.00)? balance|\bowe[sd]?\b|\bno balance",
    r"\bcredit(?:ed)? (?:balance|to)|\bposted to (?:the )?wrong|\bmisposted|\bmisapplied|\bmisrouted|\bunlisted|\bunspecified|\bnot specified|\bcontract(?:ed)? rate|\bfee schedule|\bpriced\b|\brepriced\b|\bcontractual",
    r"\bassigned to (?:an? )?(?:examiner|adjuster|reviewer|processor|specialist)|\bwritten off\b|\bcharged? off\b|\bwithdrawn\b|\bno action (?:needed|required)|\bdown-?cod|\bunder (?:appeal|dispute|investigation|audit)",
    r"\b(?:appeal|reconsideration|dispute|claim) (?:is |was |still |has been |in |shows? )*(?:open|closed|logged|in|active|accepted|complete|completed|incomplete|dismissed|won|lost|ready|at|with)\b",
    r"\bmsp\b|\bwent to (?!voicemail|hold)|\bhas (?:\w+ ){0,4}(?:primary|secondary|coverage)\b|\b(?:medicaid|medicare|coverage|policy|insurance|plan) (?:\w+ )?(?:eff|effective|active|since)\b",
    r"\b(?:has|have|had|needs?|should|must|supposed) (?:to )?be \d|\bauthori[sz]ed\b|\b(?:they|payer|insurance|he|she|it|claim|plan|adjuster|rep|carrier|examiner|reviewer|medicare|medicaid)(?: still| also| just| now)? (?:needs?|wants?|wanted|requires?|is asking|are asking|asks?|asked) (?:for )?(?!us\b|me\b|to (?:call|check|look|wait|research|review|hold|talk))\w+|\baccepted\b|\baccept(?:ance)? (?:report|at)",
)
_MATTERS: Final = (
    r"\b(?:referrals?|authorization|eligib\w*|elig|member(?:ship)?|subscriber|policy|plan|coverage|insurance|provider|npi|tin|tax id|taxonomy"
    r"|address|contract\w*|rates?|fees?|allowed|amounts?|units?|modifiers?|codes?|diagnos[ei]s|dx|procedure|cpt|icd|charges?|lines?|dob|birth"
    r"|name|group|id|number|form|claims?|records|report|appeal|dispute|reconsideration|checks?|eft|payment|refund|deductible|premium|grace"
    r"|period|limit|deadline|benefits?|network|facility|location|dates?|service|visit|visits?|surgery|accident|injury|medicare|medicaid|secondary"
    r"|primary|eob|remit|signature|attachment|documentation|wc|auto|employer|box|field|price|money|system)\b"
)
_STATES: Final = (
    r"\b(?:different|differs?|differently|below|above|short|less|higher|lower|wrong|only|not|never|no longer|isn't|aren't|wasn't|weren't|doesn't"
    r"|didn't|don't|hasn't|haven't|already|changed|changes|left off|left out|omitted|blank|empty|held|hold|susp\w*|ended|started|began|exceed\w*"
    r"|wants?|instead|duplicate|old|until|till|because|due to|cut|reduced|stands|says \d|unpaid|premium|limited"
    r"|covers|covered|belongs?|goes to|at work|elsewhere|twice|switched|replaced|merged|retro\w*|lapsed?|as of|effective|split|combined|separate)\b"
)
FINDING: Final = re.compile(
    "|".join(f"(?:{one})" for one in _FINDINGS)
    + rf"|{_MATTERS}.*{_STATES}|{_STATES}.*{_MATTERS}|\bsusp\b|\bgrace period\b",
    re.IGNORECASE,
)
"""What was learnt about the claim: a word that says it, or a matter of the claim beside a word that says how it is."""
