const words = (text: string) => text.trim().split(/\s+/);

/** Words that frame a question without naming its subject, in addition to Postgres's stop words. */
export const FRAME_WORDS = new Set(
	words(`
	a able mine about actually advance advise afternoon again all already also always am an and another any anybody randomProcess
	anything anyway appreciate are as ask asking assist assistance at away basically be because been before being
	best better but by can cannot cant case certain certainly clarify come comes coming concerning confirm
	could couldnt currently curious day dear detail details did didnt different do does doesnt doing done dont each
	either else ensure etc even evening ever every everything exactly exist expect explain far find for from
	general generally get gets getting give given gives giving go goes going gonna good got gotta great guess guy guys had has hasnt have
	havent having he hear hello help helpful her here hey hi him his hope how however i id if ill im in info
	inform information instead into is isnt it item its ive just keep kind kinds kindly know lately let lets like little located look
	looking lot lots make makes making many may maybe me mean means might morning much must my name need needed needs new next
	nice no normally not note nothing now of off offer offers offering often ok okay on once one ones only or other our
	out over own particular per perhaps please point policy policies possible possibly pretty procedure process provide
	provides put question questions quick quickly quite rather re read really recently regarding related right rule rules said same
	say see seem seems shall she should shouldnt show since so some somebody somehow someone something
	soon sorry sort sorts specific start still stuff such suppose supposed sure take takes taking tell than thank
	thanks that thats the their them then there theres these they thing things think this those through to today
	told tomorrow tonight too tried try trying type types under understand until up upon us usually various ve very
	via want wanted wanting wants was wasnt way ways we well were werent what whats when whenever where wheres
	whether which while who whom whose why will wish with without wonder wondering wont work works would wouldnt
	till yes yesterday yet you your youre yours`),
);

/** Words so common around purchases that a missing one says little; they have a low weight. */
export const COMMON_WORDS = new Set(
	words(`
	article bought business buy buying company customer customers days firm goods hour hours item items minute
	minutes month months order ordered ordering orders people placed product products purchase purchased purchases
	purchasing received receive receiving sell selling service shop shops site stuff store stores team time times use used using
	website week weeks year years things last ago first second online web page option options available
	myself home house set long sold accept accepted bring brought put keep choose show leave add remember till
	ago twice half noon tonight barely probably went
	own happen happens happened move partner partners send sending sent download two three four five six seven eight nine ten`),
);

/** Weight of a common word, and of a product that a rule of the store does not name. */
export const COMMON_WEIGHT = 0.35;

/** Particles of separable verbs: "send the lamp back". */
export const PARTICLES = new Set(words("back up off out together away in down on"));

/** Words before the object of a question: "my lamp", "a lamp". */
export const OBJECT_MARKERS = new Set(words("my our a an the this that these those some your"));

/** Abbreviations in chats, and the words that they mean. */
export const CHAT_SPELLINGS: Record<string, string> = {
	adress: "address",
	addres: "address",
	pls: "please",
	plz: "please",
	u: "you",
	ur: "your",
	ya: "you",
	thx: "thanks",
	acct: "account",
	pw: "password",
	pwd: "password",
	qty: "quantity",
	wk: "week",
	wks: "weeks",
	hrs: "hours",
	intl: "international",
};
