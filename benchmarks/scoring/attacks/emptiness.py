"""Confident prose that decides nothing: the words of the trade and the question's own."""

import re
from collections.abc import Iterator, Mapping

from benchmarks.scoring.answers import Attack
from rubrics.schema import Question

_TEXTS: Mapping[str, str] = {
    "management": """
At the heart of {it} lies a commitment to excellence. We will align with all stakeholders early,
build a shared understanding of success and put the user first in everything we do. {It} is a
strategic opportunity, and our approach balances ambition with pragmatism: we move fast, learn
continuously and keep quality at the centre.

The solution rests on a solid, future-proof foundation. Each layer is designed for scale,
resilience and flexibility, so that the organisation can respond to whatever comes next. Cross-
functional teams own their parts end to end and work together in an agile way. Clear communication
ensures that everybody is on the same page.

We take evaluation seriously. A comprehensive set of metrics gives a holistic view of performance,
and regular reviews turn insight into action. Finally, we are conscious of our responsibility:
trust, fairness and privacy are not an afterthought but part of our culture.""",
    "buzzwords": """
For {it} we leverage state-of-the-art deep learning on a cloud-native, event-driven platform. A
transformer-based architecture captures rich patterns, while embeddings unlock semantic
understanding of {a} at scale. Big data pipelines feed a modern lakehouse, a feature platform
democratises access, and MLOps automates the whole life cycle.

Microservices on Kubernetes scale elastically; caching and load balancing deliver ultra-low
latency. Our models are cutting-edge, our infrastructure is battle-tested, and our observability
stack gives full visibility. With large language models and agents in the loop, the system becomes
smarter every day.""",
    "best practice": """
It is important to start from the business problem. Before building {it}, one should understand
the users and gather the right requirements. Data quality matters a great deal: garbage in,
garbage out. The data should be cleaned, missing values should be treated, and features should be
chosen with care. A good feature set is often worth more than a fancy model.

When it comes to modelling, there is no free lunch. Several algorithms should be tried and the
best one selected. It is wise to begin simple and add complexity only where it helps. Overfitting
should be avoided and hyperparameters tuned.

Evaluation is a key step. Offline metrics and online metrics both have their place, and a proper
experiment is the gold standard. After deployment, the work is not over: models need to be
monitored and retrained as the world changes. Good documentation and collaboration make the
difference between a prototype and a product.""",
    "everything at once": """
{It} has to consider accuracy, latency, cost, freshness, fairness, privacy, reliability and
explainability all at the same time. There are always trade-offs, and the right balance depends on
the context. We would look at all available options and choose what fits best. Where needed we
would use batch processing, and where needed we would use streaming.

For {a} there are many signals that could be useful. Some of them are stronger than others, and a
careful analysis would show which. The model can be simple or complex depending on the results.
Appropriate metrics will be used to measure how good it is, and appropriate thresholds will be
set. If problems are found, appropriate steps will be taken.""",
    "experience": """
I have worked on systems very much like {it} for years, so I know what matters. In my experience
most teams get lost in details; the real challenge is to see the big picture. We built something
similar at my last company and it was a great success: the business loved it, the users loved it,
and it is still running.

The secret was a strong team and a strong architecture. We picked the best tools on the market,
made everything scalable from day one and never compromised on quality. Whenever there was a
problem, we analysed the root cause and fixed it quickly. I am confident that the same approach
works for {a} as well. Monitoring was in place from the beginning and told us everything that we
needed to know.""",
    "process": """
Our way to {it} has five phases. In the discovery phase we talk to stakeholders and collect
requirements. In the design phase we draw the architecture and review it with experts. In the
build phase engineers implement the components in sprints of two weeks. In the validation phase we
test the system thoroughly. In the launch phase we roll it out and celebrate.

Each phase ends with a milestone and a sign-off. Risks are tracked in a register and reviewed
weekly. A steering group decides on scope and budget. Because {a} will evolve, the roadmap is a
living document. This makes sure that value is delivered early and often, and that nobody is
surprised.""",
    "textbook": """
Machine learning systems such as {it} consist of several components. There is a data component,
which collects data. There is a training component, which trains a model on this data. There is a
serving component, which answers requests with the model. And there is a monitoring component,
which watches how it behaves.

Supervised learning uses labelled examples, whereas unsupervised learning does not. Neural
networks are powerful function approximators inspired by the brain. Gradient descent is used to
train them. Precision and recall are two well-known metrics. In a distributed system, machines
communicate over a network and can fail. All of this applies to {a}, which is an interesting and
very relevant problem with a high impact on the real world.""",
    "promises": """
{It} will be fast, accurate, fair, secure and cheap. It will scale to any number of users and
never go down. It will adapt to new trends in real time and understand each user deeply. It will
respect everybody's privacy and comply with every regulation in every country.

We will make sure that the data is always fresh and always correct. We will make sure that models
are always up to date. We will make sure that experiments are always significant and that every
launch improves the numbers. If anything should ever go wrong with {a}, we will notice at once and
recover automatically, because robustness is built in everywhere.""",
}


def confident(question: Question) -> Iterator[Attack]:
    """Texts of about 100 to 150 words each with the question's subject in them, and all in one."""
    for name, text in _TEXTS.items():
        yield Attack(name, {"scope": _about(question, text)})
    whole = [_about(question, text) for text in _TEXTS.values()]
    stages = ("scope", "architecture", "deep-dive", "evaluation")
    yield Attack(
        "all of them, two a stage",
        {stage: "\n\n".join(whole[2 * at : 2 * at + 2]) for at, stage in enumerate(stages)},
    )
    bullets = re.sub(r"(?<=[.!?])\s+", "\n- ", "\n\n".join(whole).replace("\n", " ").strip())
    yield Attack("all of them as bullets", {"scope": f"- {bullets}"})


def _about(question: Question, text: str) -> str:
    subjects = question.subject or (question.title.lower(),)
    title = question.title[:1].lower() + question.title[1:]
    it = f"a system to {title}" if " " in title else f"the {title} system"
    named = (
        text.strip()
        .replace("{it}", it)
        .replace("{It}", it[:1].upper() + it[1:])
        .replace("{a}", re.sub(r"\(([^()|]*)[^()]*\)", r"\1", subjects[0]).replace(" .. ", " "))
    )
    return f"{named}\n\nThis is how we think about {', '.join(_plainly(s) for s in subjects[:6])}."


def _plainly(phrase: str) -> str:
    return re.sub(r"\(([^()|]*)[^()]*\)", r"\1", phrase).replace(" .. ", " ")
