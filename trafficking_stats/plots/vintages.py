"""How each publisher's figures on a series changed from edition to edition."""

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from trafficking_stats.messages import say
from trafficking_stats.plots.chart import drawing
from trafficking_stats.reconciliation.vintages import Vintages, is_year


def revisions(found: Vintages, ax: Axes | None = None) -> Axes:
    """Draw every revision as an arrow from the figure before to the new one, over the year it is about.

    Parameters
    ----------
    found : Vintages
        Of `Reconciliation.vintages`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        A dot is a figure, as first printed hollow; a cross is one that was withdrawn. Only calendar years are drawn,
        in the order of time.
    """
    yearly = found.triangle[is_year(found.triangle["start"], found.triangle["end"])]
    with drawing(ax, 3.0) as ax:
        for number, (publisher, rows) in enumerate(yearly.groupby("publisher", sort=True)):
            year, step, colour = rows["end"].str[:4].astype(int), rows["step"], f"C{number}"
            value = rows.groupby("end")["value"].ffill()
            before = value.groupby(rows["end"]).shift()
            ax.plot(year, value.where(step == "first"), "o", color=colour, markerfacecolor="white", markersize=5)
            later = value.where(~step.isin(["first", "withdrawn"]))
            ax.plot(year, later, "o", color=colour, label=str(publisher), markersize=5)
            gone = step == "withdrawn"
            ax.plot(year[gone], value[gone], "x", color=colour, markersize=5)
            for row in rows.index[step == "revised"]:
                arrow = {"arrowstyle": "->", "color": colour}
                ax.annotate("", (year[row], value[row]), xytext=(year[row], before[row]), arrowprops=arrow)
        ax.set_ylim(bottom=0)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_ylabel(say("reconciliation.vintages.axis"))
        ax.set_title(found.title())
        if len(yearly):
            ax.legend(frameon=False)
    return ax
