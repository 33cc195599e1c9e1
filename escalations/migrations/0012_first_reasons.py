"""The reasons that every installation begins with. Leads change them as they like."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FIRST = (
    (
        "missing-information",
        "Missing information",
        "The agent lacks a fact, document, record or detail that it needs to go on: data is not found, a field is empty, an attachment or order number is missing, nobody told it.",
        (
            "I cannot find the order number the customer mentions in any of our records.",
            "The invoice was attached without page 2, and the total stands there. Who has the full document?",
            "Shipping address incomplete: no street, no postcode. Need the missing fields.",
            "There is no information in the knowledge base about the warranty period of this model.",
            "The customer's file does not say which plan they have; I don't know what to look up.",
            "Delivery date unknown, the supplier never told us. Please provide the details.",
            "No record of this booking reference exists on file; the data I need is not available to me.",
        ),
    ),
    (
        "policy-exception",
        "Policy exception",
        "What is wanted goes against a rule, limit or deadline, and somebody has to decide whether to make an exception, waive a fee, extend a window, or bend the terms out of goodwill.",
        (
            "The return window closed three days ago, but the customer was in hospital. Can we make an exception?",
            "Our policy does not allow changes to basic economy tickets. She asks us to waive the rule this once.",
            "Request to extend the trial beyond the standard 14 days; the terms do not permit it.",
            "He missed the cancellation deadline by an hour and wants the late fee waived as goodwill.",
            "The limit is two vouchers per household; this loyal customer asks for a third.",
            "Outside the guidelines: wants free shipping below the minimum order value.",
            "Not eligible under the rules, but the circumstances are unusual. May we deviate from the policy?",
        ),
    ),
    (
        "money",
        "Refund or money",
        "It is about an amount of money: refunds, charges, double billing, credit, compensation, payment failures, invoices and prices that somebody has to check, pay or correct.",
        (
            "The customer was charged twice for the same order and wants the money back.",
            "Refund of 349 EUR requested for a cancelled flight. Should I pay it out?",
            "The invoice shows a price that is higher than the quote; correct the amount?",
            "Asks for compensation of $200 because the parcel came broken.",
            "Payment was taken but the subscription is unpaid in billing. Credit the account?",
            "Chargeback received for transaction 8812, amount 79.90.",
            "How much do we reimburse for the hotel night and the taxi?",
        ),
    ),
    (
        "identity",
        "Identity cannot be verified",
        "The agent cannot make sure who it is talking to: verification failed, security questions or codes are wrong, name, date of birth or documents do not match, the caller may be somebody else, account access or ownership is in doubt.",
        (
            "The caller failed the security questions twice but insists that it is her account.",
            "Date of birth does not match the profile, so I could not verify the user.",
            "Somebody writes from a different email address and claims to be the account owner.",
            "The one-time code was never entered; authentication of the customer is not possible.",
            "The passport photo and the name on the account differ. Is this the same person?",
            "KYC check inconclusive, ID document rejected.",
            "He says he is the husband of the account holder and wants to log in for her; I can't confirm who he is.",
        ),
    ),
    (
        "tool-failure",
        "A tool failed",
        "A technical fault stops the agent: an API, tool, database or system returns an error, times out, crashes, is down or unreachable, a job fails, retries are used up.",
        (
            "The booking API returned 503 three times and I gave up retrying.",
            "update_reservation threw an exception: connection refused by the database host.",
            "The payment gateway times out on every attempt; the system seems to be down.",
            "Tool call failed with an internal server error, stack trace attached.",
            "The search index is unreachable, so nothing can be looked up right now.",
            "Script crashed halfway: permission denied when writing the file.",
            "I keep getting HTTP 429 rate limited from the CRM and cannot complete the job.",
        ),
    ),
    (
        "ambiguous-request",
        "Ambiguous request",
        "It is not clear what is wanted: the request is vague or can be understood in several ways, the person is unclear about which item or what outcome they mean, and asking again did not help.",
        (
            "The customer writes 'change it to the other one' and I cannot tell which of her two orders is meant.",
            "'Fix my account' - unclear what exactly should be fixed.",
            "The message can be read in two ways: cancel the whole trip, or only the return flight?",
            "I do not understand what the user wants; the request is vague.",
            "Which product does he mean, the blue one or the large one? Asked twice, still ambiguous.",
            "Not sure how to interpret 'as usual' in this purchase request.",
            "The instruction is confusing and I would have to guess the intent.",
        ),
    ),
    (
        "asks-for-person",
        "The customer asks for a person",
        "The customer does not want to go on with a bot: they ask for a human, a manager, a supervisor or a call back, are angry or frustrated with the assistant, or want to complain to somebody in person.",
        (
            "The customer says: stop this, I want to talk to a real human being now.",
            "User demands to speak with a manager about the way she was treated.",
            "He refuses to continue with a bot and asks to be called back by somebody.",
            "Please transfer me to a live agent, the customer repeated five times.",
            "She is very upset, swears at the assistant and wants a supervisor.",
            "Requests a representative on the phone; does not accept automated answers.",
            "The client would like a personal conversation with one of our staff.",
        ),
    ),
    (
        "needs-approval",
        "Needs approval",
        "The agent knows what to do but may not do it alone: the action is above its authority, large, risky or irreversible, and a person has to approve, confirm or sign off before it goes ahead.",
        (
            "I am about to delete 1,240 inactive accounts. Please approve before I go ahead.",
            "The purchase order exceeds my authority of 5,000; sign-off required.",
            "Ready to deploy the change to production. May I proceed?",
            "This step cannot be undone, so I need a human to confirm it.",
            "The contract draft is finished; somebody with authority must authorise sending it.",
            "Requesting permission to send the newsletter to all 80,000 subscribers.",
            "Draft reply is prepared, waiting for a go-ahead from the team lead.",
        ),
    ),
    (
        "legal",
        "Legal or compliance",
        "Law and regulation are touched: threats to sue, lawyers, court orders, subpoenas, privacy and data-protection requests (GDPR, deletion, access), contracts, liability, licences, sanctions, audits, regulators, copyright.",
        (
            "The customer's lawyer threatens to take us to court over the delay.",
            "A GDPR request to erase all personal data has come in; how do we comply?",
            "We received a subpoena for the records of a user.",
            "Is it lawful to ship this product to Iran? Sanctions may apply.",
            "Clause 7 of the contract limits our liability; legal should look at the wording.",
            "The regulator asks for an audit trail of these transactions.",
            "Copyright takedown notice for an image on our page.",
        ),
    ),
    (
        "safety",
        "Safety or abuse",
        "Somebody may come to harm, or something is misused: threats, violence, self-harm, medical emergencies, harassment, hate, fraud, scams, phishing, stolen accounts, leaked passwords, dangerous products.",
        (
            "The user writes that he wants to end his life. A person must take over at once.",
            "She threatens to hurt our driver if the parcel is late again.",
            "This looks like fraud: five stolen credit cards from one device in ten minutes.",
            "Racist insults and harassment against another member in the chat.",
            "The charger caught fire and burned the customer's hand.",
            "Suspicious login, the account was probably hacked and is used for phishing.",
            "Child in danger according to the message; urgent safety concern.",
        ),
    ),
    (
        "out-of-scope",
        "Out of scope",
        "The request is nothing the agent is made for or able to do: another department, product, language or topic, a feature that does not exist, a task outside its skills and tools.",
        (
            "The customer wants tax advice, which this assistant is not made for.",
            "Asks me to repair a printer on site; I only handle web orders.",
            "This question belongs to the human resources department, not to support.",
            "There is no tool for me to book restaurants; the task is outside my capabilities.",
            "The user writes in Finnish, a language that I do not support.",
            "Wants a feature that our product does not have and never had.",
            "Not our company: the package was bought from a different shop.",
        ),
    ),
    (
        "conflicting-instructions",
        "Conflicting instructions",
        "Two sources contradict each other and the agent cannot follow both: instructions, policies, documents, records or people say different things, and somebody must say which one counts.",
        (
            "The handbook says 30 days, the website says 14. Which of them is right?",
            "My system prompt forbids discounts, but the manager's note tells me to give one.",
            "Two records of the same customer contradict each other on the address.",
            "Sales promised free installation, while the contract says it is charged. Which applies?",
            "I was told to close the ticket and also to keep it open until Friday.",
            "The two policies are inconsistent with each other for this case.",
            "The husband says cancel, the wife says do not cancel; their instructions conflict.",
        ),
    ),
)


def ship(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    reasons = apps.get_model("escalations", "Reason")
    for place, (slug, name, description, examples) in enumerate(FIRST, start=1):
        facts = {"name": name, "description": description, "examples": list(examples), "position": 10 * place}
        reasons.objects.create(slug=slug, **facts)


class Migration(migrations.Migration):
    dependencies = [("escalations", "0011_reasons")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
