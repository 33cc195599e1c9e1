"""Text that would do harm if any page took it for more than text."""

CANARY = "https://canary.example"
MARKUP = (
    "<script>window.ran = 1</script>",
    '"><img src=x onerror="window.ran = 1">',
    "<svg onload='window.ran = 1'><animate onbegin='window.ran = 1' attributeName=x dur=1s>",
    '<a href="javascript:window.ran = 1">click</a>',
    f"<iframe src={CANARY}/frame></iframe><object data={CANARY}/object></object>",
    f"<style>@import '{CANARY}/style';</style><link rel=stylesheet href={CANARY}/sheet>",
    f"<meta http-equiv=refresh content='0;url={CANARY}/away'><base href={CANARY}>",
    "<div x-data='{a: 1}' x-init='window.ran = 1'>",
    f"<div hx-get='{CANARY}/hx' hx-trigger='load' hx-on:load='window.ran = 1'>",
    "<input autofocus onfocus='window.ran = 1'><details open ontoggle='window.ran = 1'>",
    f"![pixel]({CANARY}/pixel.png) [go](javascript:window.ran=1)",
    "'-(window.ran=1)-' \";window.ran=1// `${window.ran=1}` </script><!-- ]]> --!>",
    "{{ 7 * 7 }} {% debug %} %s %(name)s {0} <%= 7 * 7 %>",
    "\u202egnissim si siht\u202c \u2066\u200b\ufeff\u00ad",
)
ALL = " ".join(MARKUP)
LONG_LINE = MARKUP[0] * (1_000_000 // len(MARKUP[0]))
MANY_MESSAGES = [{"role": MARKUP[n % len(MARKUP)], "content": MARKUP[-1 - n % len(MARKUP)]} for n in range(10_000)]

# What stands in a page only if it was taken for markup.
TAKEN = (
    "script:not([src]), iframe, object, base, meta[http-equiv=refresh], [onerror], [onload], [onfocus], [ontoggle],"
    " [x-data], [hx-get], img[src=x], a[href^='javascript:'], [href*='canary'], [src*='canary']"
)
