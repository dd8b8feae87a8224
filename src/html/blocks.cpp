#include "html/blocks.hpp"

#include <algorithm>

namespace beffroi::html {

namespace {

std::string_view tone_class(Tone tone) {
    switch (tone) {
        case Tone::Neutral:
            return "neutral";
        case Tone::Info:
            return "info";
        case Tone::Good:
            return "good";
        case Tone::Warning:
            return "warning";
        case Tone::Bad:
            return "bad";
    }
    return "neutral";
}

}  // namespace

void render(Writer& w, const Slot& slot) {
    if (slot.write_)
        slot.write_(w);
    else if (!slot.html_.empty())
        w.put(slot.html_);
    else
        w.put(slot.text_);
}

void render(Writer& w, const Link& link) {
    if (link.context.empty())
        w("<a href='{}'>{}</a>", link.href, link.text);
    else
        w("<a href='{}'>{} <span class='sr'>{}</span></a>", link.href, link.text, link.context);
}

void render(Writer& w, const Tag& tag) {
    w("<span class='tag {}'>{}</span>", tone_class(tag.tone), tag.text);
}

void render(Writer& w, const Money& money) {
    w("<span class='money'>{}</span>", money.amount);
}

void render(Writer& w, const Day& day) {
    w("<time datetime='{}'>{}</time>", base::iso(day.date), day.date);
}

void render(Writer& w, const Moment& moment) {
    w("<time datetime='{}'>{}</time>", base::iso(moment.at), moment.at);
}

void render(Writer& w, const Hidden& hidden) {
    w("<span class='sr'>{}</span>", hidden.text);
}

void render(Writer& w, const Notice& notice) {
    static constexpr std::string_view kNames[] = {"html.notice.info", "html.notice.info", "html.notice.good",
                                                  "html.notice.warning", "html.notice.bad"};
    const Attr role = attr("role", !notice.live ? "" : notice.tone == Tone::Bad ? "alert" : "status");
    w(
        "<div class='notice {}'{}>{}{}</div>", tone_class(notice.tone), role,
        [&] {
            // The tone is a colour and a sign; without a title its name is said too.
            if (notice.title.empty())
                w("<p class='sr'>{}</p>", w.t(kNames[static_cast<std::size_t>(notice.tone)]));
            else
                w("<p class='notice-title'>{}</p>", notice.title);
        },
        [&] {
            if (!notice.content.empty()) w("<div class='notice-body'>{}</div>", notice.content);
        });
}

void notice(Writer& w, const Notice& notice) {
    render(w, notice);
}

void heading(Writer& w, int level, std::string_view text, std::string_view id) {
    const Attr anchor = attr("id", id);
    if (level <= 2)
        w("<h2{}>{}</h2>", anchor, text);
    else if (level == 3)
        w("<h3{}>{}</h3>", anchor, text);
    else
        w("<h4{}>{}</h4>", anchor, text);
}

void paragraph(Writer& w, const Slot& content) {
    w("<p>{}</p>", content);
}

void lead(Writer& w, const Slot& content) {
    w("<p class='lead'>{}</p>", content);
}

void summary_list(Writer& w, const SummaryList& list) {
    const auto change = [&](std::string_view href, std::string_view text, std::string_view what) {
        w("<a class='change' href='{}'>{} <span class='sr'>{}</span></a>", href,
          text.empty() ? w.t("html.change") : text, what);
    };
    w(
        "<div class='summary'>{}<dl>{}</dl></div>",
        [&] {
            if (list.title.empty()) return;
            w("<div class='summary-head'><h2>{}</h2>{}</div>", list.title, [&] {
                if (!list.change_href.empty()) change(list.change_href, {}, list.title);
            });
        },
        [&] {
            for (const SummaryRow& row : list.rows)
                w("<div><dt>{}</dt><dd>{}</dd>{}</div>", row.key, row.value, [&] {
                    if (!row.change_href.empty())
                        w("<dd class='act'>{}</dd>", [&] { change(row.change_href, row.change_text, row.key); });
                });
        });
}

void task_list(Writer& w, const std::vector<Task>& tasks) {
    w("<ul class='tasks'>{}</ul>", [&] {
        for (const Task& task : tasks)
            w(
                "<li><div>{}{}</div>{}</li>",
                [&] {
                    if (task.href.empty())
                        w("<span>{}</span>", task.text);
                    else
                        w("<a href='{}'>{}</a>", task.href, task.text);
                },
                [&] {
                    if (!task.hint.empty()) w("<p class='hint'>{}</p>", task.hint);
                },
                task.status);
    });
}

void timeline(Writer& w, const std::vector<Event>& events) {
    w("<ol class='timeline'>{}</ol>", [&] {
        for (const Event& event : events)
            w(
                "<li class='{}'><p class='when'><time{}>{}</time>{}</p><p class='what'>{}</p>{}</li>",
                tone_class(event.tone), attr("datetime", event.machine.view()), event.when,
                [&] {
                    if (!event.who.empty()) w(" · <span>{}</span>", event.who);
                },
                event.title,
                [&] {
                    if (!event.content.empty()) w("<div class='more'>{}</div>", event.content);
                });
    });
}

void steps(Writer& w, std::string_view label, const std::vector<Step>& steps) {
    w("<ol class='steps' aria-label='{}'>{}</ol>", label, [&] {
        for (const Step& step : steps) {
            const bool done = step.state == Step::State::Done;
            const bool current = step.state == Step::State::Current;
            w("<li class='{}'{}><span class='sr'>{}</span> <span class='step'>{}</span>{}</li>",
              done      ? "done"
              : current ? "current"
                        : "todo",
              attr("aria-current", current ? "step" : ""),
              w.t(done      ? "html.step.done"
                  : current ? "html.step.current"
                            : "html.step.todo"),
              step.text, [&] {
                  if (!step.hint.empty()) w("<span class='hint'>{}</span>", step.hint);
              });
        }
    });
}

void tabs(Writer& w, std::string_view label, const std::vector<Tab>& tabs) {
    w("<nav class='tabs' aria-label='{}'><ul>{}</ul></nav>", label, [&] {
        for (const Tab& tab : tabs)
            w("<li><a href='{}'{}>{}{}</a></li>", tab.href, attr("aria-current", tab.current ? "page" : ""), tab.text,
              [&] {
                  if (tab.count >= 0) w(" <span class='count'>{}</span>", base::format_count(tab.count, w.language()));
              });
    });
}

void details(Writer& w, const Details& details) {
    w("<details{}><summary>{}</summary><div class='inside'>{}</div></details>", attr("open", details.open),
      details.summary, details.content);
}

namespace {

void reasons_list(Writer& w, const std::vector<Reason>& reasons) {
    static constexpr std::string_view kClasses[] = {"yes", "no", "unknown", "neutral"};
    static constexpr std::string_view kWords[] = {"html.holds.yes", "html.holds.no", "html.holds.unknown", ""};
    w("<ul>{}</ul>", [&] {
        for (const Reason& reason : reasons) {
            const auto holds = static_cast<std::size_t>(reason.holds);
            w(
                "<li class='{}'><p>{}{}{}</p>{}</li>", kClasses[holds],
                [&] {
                    if (!kWords[holds].empty()) w("<span class='holds'>{}</span> ", w.t(kWords[holds]));
                },
                reason.text,
                [&] {
                    if (reason.reference.empty()) return;
                    if (reason.reference_href.empty())
                        w(" <cite>{}</cite>", reason.reference);
                    else
                        w(" <cite><a href='{}'>{}</a></cite>", reason.reference_href, reason.reference);
                },
                [&] {
                    if (!reason.under.empty()) reasons_list(w, reason.under);
                });
        }
    });
}

}  // namespace

void explanation(Writer& w, const std::vector<Reason>& reasons) {
    w("<div class='why'>{}</div>", [&] { reasons_list(w, reasons); });
}

void figures(Writer& w, const std::vector<Figure>& figures) {
    w("<dl class='figures'>{}</dl>", [&] {
        for (const Figure& figure : figures)
            w("<div class='{}'><dt>{}</dt><dd><span class='value'{}>{}</span>{}</dd></div>",
              figure.strong ? "strong" : "plain", figure.label, attr("id", figure.id.view()), figure.value, [&] {
                  if (!figure.hint.empty()) w("<span class='hint'>{}</span>", figure.hint);
              });
    });
}

void chart(Writer& w, const Chart& chart) {
    w(
        "<figure class='chart'><figcaption>{}</figcaption>{}{}{}</figure>", chart.caption, chart.drawing,
        [&] {
            if (!chart.table.empty())
                w("<details><summary>{}</summary><div class='inside'>{}</div></details>", w.t("html.chart.table"),
                  chart.table);
        },
        [&] {
            if (!chart.source.empty())
                w("<p class='source'>{}</p>", w.t("html.chart.source", {{"source", chart.source}}));
        });
}

void bars(Writer& w, std::string_view caption, const std::vector<Bar>& bars) {
    std::int64_t largest = 1;
    for (const Bar& bar : bars) largest = std::max(largest, bar.value);
    w("<figure class='chart'><figcaption>{}</figcaption><ul class='bars'>{}</ul></figure>", caption, [&] {
        for (const Bar& bar : bars) {
            const double share =
                100.0 * static_cast<double>(std::max<std::int64_t>(bar.value, 0)) / static_cast<double>(largest);
            w("<li><span class='bar-label'>{}</span><svg class='{}' aria-hidden='true' focusable='false'>"
              "<rect width='{}%' height='100%'/></svg><span class='bar-text'>{}</span></li>",
              bar.label, tone_class(bar.tone), share, bar.text);
        }
    });
}

void gauge(Writer& w, const Gauge& gauge) {
    w("<div class='gauge'><p><span>{}</span> <strong{}>{}</strong></p>"
      "<svg class='{}' aria-hidden='true' focusable='false'{}><rect width='{}%' height='100%'/>{}</svg></div>",
      gauge.label, attr("id", gauge.id.view()), gauge.text, tone_class(gauge.tone),
      attr("id", gauge.id.empty() ? std::string() : std::string(gauge.id.view()) + "-bar"),
      static_cast<double>(std::clamp(gauge.value, 0, 10'000)) / 100.0, [&] {
          const double at = static_cast<double>(gauge.mark) / 100.0;
          if (gauge.mark > 0) w("<line x1='{}%' x2='{}%' y1='0' y2='100%'/>", at, at);
      });
}

void empty_state(Writer& w, const EmptyState& state) {
    w(
        "<div class='empty'><p class='empty-title'>{}</p>{}{}</div>", state.title,
        [&] {
            if (!state.content.empty()) w("<p>{}</p>", state.content);
        },
        [&] {
            if (!state.action_href.empty())
                w("<p><a class='button primary' href='{}'>{}</a></p>", state.action_href, state.action_text);
        });
}

void cards(Writer& w, const std::vector<CardItem>& items) {
    w("<ul class='grid'>{}</ul>", [&] {
        for (const CardItem& item : items)
            w(
                "<li class='card'><h3><a href='{}'>{}</a></h3>{}{}</li>", item.href, item.title,
                [&] {
                    if (!item.content.empty()) w("<div>{}</div>", item.content);
                },
                [&] {
                    if (!item.footer.empty()) w("<p class='hint'>{}</p>", item.footer);
                });
    });
}

void columns(Writer& w, const Slot& main, const Slot& side) {
    w("<div class='columns'><div>{}</div><div class='side'>{}</div></div>", main, side);
}

}  // namespace beffroi::html
