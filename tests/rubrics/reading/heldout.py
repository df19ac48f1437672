"""Sentences that name a design and decide none of it, apart from those that the cues were made on.

``FIRST`` was written before the cues, by the same hand, and so they know it; ``SECOND`` after
them, and they were widened by it once; ``THIRD`` after that, and nothing was changed for it.
``{n}`` and ``{d}`` are a name and a detail of the rubric, ``{why}`` a because of some words.
"""

FIRST = {
    "others": """
        Over at Amazon, {n} is paired with {d} {why}.
        The biggest shop in town lives off {n} and {d} {why}, but that is their business.
        Plenty of startups swear by {n} plus {d} {why}.
        One of the incumbents got famous for {n} with {d} {why}.
        Rumour has it that Meta keeps {n} beside {d} {why}.
        In China the large platforms went for {n} and {d} {why}.
        What Uber did was {n} on top of {d} {why}.
        Everyone else in this industry has {n} and {d} {why}.
        Their product ships with {n} and {d} {why}, ours does not.
        Vendors like to sell {n} bundled with {d} {why}.
    """,
    "reading": """
        There was a conference talk in which {n} met {d} {why}.
        Wikipedia lists {n} together with {d} {why}.
        My professor was fond of {n} and {d} {why}.
        As the saying goes, {n} needs {d} {why}.
        I vaguely remember {n} and {d} from a course {why}.
        ChatGPT suggests {n} with {d} {why}.
        Chapter four of the standard book treats {n} and {d} {why}.
        The literature is full of {n} and {d} {why}.
        Some experts recommend {n} with {d} {why}.
        I know the words {n} and {d} {why}.
    """,
    "expected": """
        At this point I should probably bring up {n} and {d} {why}.
        The checklist surely contains {n} and {d} {why}.
        Whoever grades this is waiting for {n} and {d} {why}.
        Let me drop the terms {n} and {d} {why}.
        Interview guides tell you to talk about {n} with {d} {why}.
        No answer is complete unless it names {n} and {d} {why}.
        I was taught to always bring {n} and {d} in such interviews {why}.
        A senior person would now explain {n} and {d} {why}.
        They will ask me about {n} and {d} {why}.
        For the points, {n} and {d} {why}.
    """,
    "gone": """
        Once upon a time there was {n} with {d} {why}.
        There {n} with {d} served us in 2015 {why}, it has been shut down since.
        My predecessor had set up {n} and {d} {why}, all of which was thrown away.
        Back in the day {n} did the job with {d} {why}.
        The previous generation worked by {n} and {d} {why} and has been abandoned.
        We tried {n} with {d} {why} and gave up on it.
        Long ago they introduced {n} and {d} {why}.
        Originally {n} came with {d} {why}, today neither exists.
        In the first version {n} was there with {d} {why}, we tore it out.
        Both {n} and {d} were removed in the spring {why}.
    """,
    "other team": """
        The folks in payments maintain {n} and {d} {why} for themselves.
        Our sister company enjoys {n} with {d} {why}.
        A friend of mine does {n} and {d} at work {why}.
        Elsewhere in the organisation {n} and {d} exist {why}.
        My former employer was proud of {n} with {d} {why}.
        Some other department is busy with {n} and {d} {why}.
        In her project Maria went with {n} and {d} {why}.
        The data scientists across the hall love {n} with {d} {why}.
        On an unrelated product {n} and {d} paid off {why}.
        A consultant once installed {n} with {d} for a client {why}.
    """,
    "irony": """
        Nothing says fun like {n} with {d} {why}.
        How lovely, {n} with {d}, {why}, said nobody ever.
        Wow, {n} and {d}, {why}, I am so impressed.
        And then a miracle called {n} with {d} happens {why}.
        Let us all pray to {n} and {d} {why}.
        Now {n} with {d} {why} — just kidding.
        Like anybody cares about {n} and {d} {why}.
        In a perfect world {n} with {d} {why}, dream on.
        If only {n} and {d} were real {why}.
        Ha, {n} with {d}, {why}, you wish.
    """,
}
SECOND = {
    "others": """
        Spotify's recommender leans on {n} and {d} {why}.
        The giants of this field would never ship without {n} and {d} {why}.
        Look at Zillow: {n} with {d} {why}.
        Now {n} with {d} is what a bank in Utrecht ended up with {why}.
        Whatever the others do, they do {n} with {d} {why}.
        DoorDash engineers blogged that {n} and {d} go together {why}.
        Hospitals in Norway run {n} with {d} {why}.
        It was Booking that came up with {n} and {d} {why}.
        Half the world runs on {n} with {d} {why}.
        Best-in-class products come with {n} and {d} {why}.
    """,
    "reading": """
        A paper from 2019 puts {n} next to {d} {why}.
        YouTube tutorials always start from {n} and {d} {why}.
        If I am not mistaken, {n} was explained to me together with {d} {why}.
        The words {n} and {d} keep coming up on the internet {why}.
        Academic work pairs {n} with {d} {why}.
        Someone on a forum swore that {n} wants {d} {why}.
        I skimmed an article on {n} and {d} {why}.
        From what one hears, {n} and {d} are common {why}.
        Conventional wisdom has {n} and {d} {why}.
        The {n}, as defined in Bishop, involves {d} {why}.
    """,
    "expected": """
        This is where I am meant to wave {n} and {d} about {why}.
        The keyword here is {n}, the other one is {d} {why}.
        An examiner may look for {n} or {d} {why}.
        You probably have {n} and {d} on your list {why}.
        Model answers tend to feature {n} and {d} {why}.
        It would be wrong to leave the room without having said {n} and {d} {why}.
        My coach told me to bring {n} with {d} {why}.
        Naturally the magic words are {n} and {d} {why}.
        Consider {n} and {d} mentioned {why}.
        So {n} and {d}: there, I said it, {why}.
    """,
    "gone": """
        Two years back {n} was paired with {d} {why}.
        The {n} with {d} belonged to the monolith {why}, and that has been buried.
        The team that had {n} and {d} {why} was dissolved.
        We had {n} with {d} in the days of Hadoop {why}.
        Nobody remembers the time of {n} and {d} {why}.
        Both {n} and {d} were in fashion in the nineties {why}.
        Before the rewrite, {n} was fed by {d} {why}.
        The {n} died with {d} when the contract ended {why}.
        What stood here earlier was {n} with {d} {why}.
        It took us three years to get rid of {n} and {d} {why}.
    """,
    "other team": """
        Logistics owns {n} with {d} {why}; ask them.
        The ads people have {n} and {d} {why}.
        The {n} with {d} lives in a repository of somebody else {why}.
        That {n} is built on {d} is the merit of the platform group {why}.
        Over in Berlin {n} and {d} are in place {why}.
        Our customers run {n} with {d} themselves {why}.
        My wife's hospital has {n} and {d} {why}.
        An intern wrote {n} with {d} for the fun of it {why}.
        The vendor takes care of {n} and {d} {why}.
        A different department found {n} with {d} useful {why}.
    """,
    "irony": """
        Obviously {n} and {d} will cure cancer too {why}.
        Throw {n} and {d} at it, {why}, and call it a day.
        What a pity that {n} and {d} exist only on slides {why}.
        Ah {n} and {d}, {why}, blah blah.
        Believe me, {n} with {d} {why}, trust me, I am an engineer.
        Santa Claus will deliver {n} with {d} {why}.
        Just {n} plus {d} equals happiness {why}.
        Insert {n} and {d} here {why}.
        Some day my prince will come with {n} and {d} {why}.
        Of course {n} fixes everything, and {d} the rest, {why}.
    """,
}
THIRD = {
    "others": """
        Tesla's autopilot team gets by on {n} and {d} {why}.
        The company that leads this market bases everything on {n} with {d} {why}.
        Etsy wrote a post in which {n} meets {d} {why}.
        Two of our rivals have moved to {n} with {d} {why}.
        In banking it is customary to have {n} and {d} {why}.
    """,
    "reading": """
        My bootcamp covered {n} and {d} {why}.
        This video I watched last night was about {n} with {d} {why}.
        Designing Data-Intensive Applications has a page on {n} and {d} {why}.
        Some say {n}, some say {d} {why}.
        I learned the phrase {n} with {d} by heart {why}.
    """,
    "expected": """
        I guess this question is really about {n} and {d} {why}.
        You would probably like me to propose {n} with {d} {why}.
        Every prep course drills {n} and {d} into you {why}.
        If I said {n} and {d} you would be happy {why}.
        A hiring committee likes {n} and {d} {why}.
    """,
    "gone": """
        The solution we are replacing was built around {n} and {d} {why}.
        At the beginning, long before me, {n} ran with {d} {why}.
        The {n} with {d} is history {why}.
        That generation of systems had {n} and {d} {why}.
        We once had {n} with {d} {why}, and then came the cloud.
    """,
    "other team": """
        Search does {n} with {d} {why}, we do ads.
        Our Indian office set up {n} with {d} {why} for local needs.
        People on the fraud side have {n} and {d} {why}.
        A contractor is building {n} with {d} {why} for the bank next door.
        Whoever owns billing has {n} and {d} {why}.
    """,
    "irony": """
        Sprinkle some {n} on it, add {d}, {why}, done, we are rich.
        Everybody knows that {n} and {d} solve everything {why}, do they not.
        Let me guess, {n} with {d} {why}.
        Thank heavens for {n} and {d} {why}.
        Surely {n} and {d} will make us all millionaires {why}.
    """,
}
