// Lists of plain English words for keys and lists. RULER takes those of the package wonderwords; these are Twill's own.

/** Words by their kind, each once. */
export interface WordLists {
  readonly adjectives: readonly string[];
  readonly nouns: readonly string[];
  readonly verbs: readonly string[];
}

export const ownWords: WordLists = {
  adjectives: /* @__PURE__ */ listed(`
ample amber ancient arid awake azure bald balmy bare basic bitter blank bleak blunt bold brave brief bright brisk broad bronze brown bulky
calm careful cheap chilly civil classic clean clear clever coarse cold compact cool copper coral cosy crimson crisp curious curly damp dapper
dark dear deep dense dim distant dizzy double dry dull dusty eager early easy elder empty even exact faded faint fair familiar famous fancy
fast final fine firm flat fluffy fond formal frank free fresh frosty frozen full funny gentle giant glad glossy golden grand grave great
green grey handy happy hard harsh hasty hazy heavy hidden high hollow honest humble hungry icy ideal idle inner ivory jolly keen kind large
late lazy lean level light lively local lonely long loose loud loyal lucky mellow mild minor misty modern modest moist muddy narrow neat new
nimble noble noisy odd open orange outer oval pale patient plain pleasant polite proud pure purple quick quiet rapid rare raw ready rich
ripe rough round royal rusty sandy scarlet secret serious shady shallow sharp shiny short shy silent silver simple slender slim slow small
smooth snowy soft solid sour spare square stable steady steep still stout strange strict strong sturdy subtle sunny sweet swift tall tame
tender thick thin tidy tiny tough tranquil upper urban usual vast velvet violet vivid warm weary wet white whole wide wild windy wise witty
wooden woolly young`),
  nouns: /* @__PURE__ */ listed(`
acorn actor album alley almond anchor ankle antler anvil apple apron arch arrow atlas autumn axle badge bakery balcony ballad bamboo banner
barley barn barrel basin basket beacon beaver bell bench berry bicycle birch blanket boat bonnet book boot bottle bowl branch bread bridge
broom bucket buffalo bugle bulb bundle butter button cabin cactus candle canoe canvas canyon carpet cart castle cedar cellar chain chair chalk
chapel cheese cherry chimney circle cliff cloak clock cloud clover coast coat coin comet compass cork corner cotton cradle crane crater creek
cricket crow crown cup curtain daisy dam deer desert desk dock donkey door dove drawer drum eagle earth easel echo elbow elm engine
envelope falcon farm feather fence fern ferry fiddle field finch flag flame flask flint flute fog forest fork fountain fox frame garden gate
geese ginger glacier glove goat gorge grain grape gravel grove guitar gull hammer hammock harbour harp hat hawk hazel hedge helmet heron hill
hinge honey hook horn horse inlet island ivy jacket jar jewel kettle key kite kitten knot ladder lagoon lake lamp lantern lark lawn leaf
ledge lemon lever lighthouse lily linen lion lizard loaf lobster lock log loom magnet mango map maple marble market marsh mast meadow medal
melon mill mirror mitten monkey moon moss moth mountain mule muffin museum mushroom nail napkin needle nest nettle notebook oak oar oasis
ocean olive onion orchard otter oven owl paddle paint palace panda paper parcel parrot pasture path peach peak pear pebble pencil pepper
piano pigeon pillow pine pirate plank plate plough plum pocket pond poppy porch potato prairie puddle pump puppet quarry quilt rabbit raft
railway rain rake raven reed ribbon ridge river robin rocket roof root rope rose ruby saddle sail salmon sand scarf school seal shadow shed
shell shore shovel shuttle sickle signal sleeve slope snail sparrow spindle spoon spring squirrel stable statue stone stool stove straw
stream street sugar summit swan table tailor teapot temple thistle thunder ticket tiger timber tower trail train tram trumpet tulip tunnel
turtle umbrella valley vase village vine violin wagon walnut water wharf wheat wheel whistle willow window winter wolf wool yarn zebra`),
  verbs: /* @__PURE__ */ listed(`
accept admire adopt advise agree allow amuse announce answer appear apply argue arrange arrive ask assist attach attend avoid bake bargain bathe
become begin believe belong bend bind blend blossom boil borrow bounce bow breathe bring brush build bury buy carry carve catch celebrate
chase choose chop clap climb collect combine compare complain connect consider consist contain cook copy count cover crawl create cross
cultivate dance decide decorate deliver describe develop dig discover divide draw dream drift drink drive earn eat embrace encourage enjoy
enter escape examine exchange explain explore fasten feed fetch fill fix fold follow forget forgive gallop gather gaze give glance glide
greet grow guard guess guide hang harvest hatch heal help hire hold hum imagine improve include invent invite join juggle jump keep kneel
knit laugh launch lean learn lend lift linger listen load march measure melt mend mention mix move multiply nod notice obey observe offer
order pack pardon pause plant play polish pour practise praise prefer prepare preserve promise protect provide pull push race reach read
receive remember remind repair repeat reply rescue rest return ride ring roam roll row run sail save scatter search sew shake share sharpen
shelter shout sing sketch ski sleep smile solve sort speak spend spin split sprinkle stand stay steer stir stretch stroll study suggest
surround swim swing talk taste teach tell thank throw tie touch trade translate travel trust try twist understand unfold vanish visit wait
wake walk wander wash watch wave weave weigh welcome whisper wonder work wrap write yawn`),
};

const sorted = (words: Iterable<string>): string[] => [...new Set(words)].sort();

/** Keys made of two words: every adjective with every noun, `brisk-otter`. */
export const pairsOf = ({ adjectives, nouns }: WordLists): string[] =>
  sorted(adjectives.flatMap((adjective) => nouns.map((noun) => `${adjective}-${noun}`)));

/** Every word of the lists, once; where there are fewer than `count` of them, the pairs as well. */
export function wordsOf(lists: WordLists, count: number): readonly string[] {
  const words = sorted([...lists.nouns, ...lists.adjectives, ...lists.verbs]);
  return count <= words.length ? words : [...words, ...pairsOf(lists)];
}

/** What takes long is made when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function listed(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
