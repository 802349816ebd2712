using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Scheduler.Api.Commands.Cli;

/// <summary><c>preview</c> and <c>forecast</c>: what the schedules will bring.</summary>
internal static class ScheduleCommands
{
    // From nothing to the most.
    private const string Shades = " .:-=+*#%@";
    private const int CellMinutes = 5;
    private const int CellsAnHour = 60 / CellMinutes;

    public static IEnumerable<Command> Of(CliSurroundings surroundings)
    {
        var cron = CliOptions.Id("cron", "Five fields, in quotes.");
        var timezone = CliOptions.Text("--timezone", "An IANA zone; else UTC.");
        var from = CliOptions.Text("--from", "Instants after this one, RFC 3339; else now.");
        var policy = CliOptions.Text("--dst-policy", "What clock changes do.");
        var count = new Option<int>("--count") { Description = "How many.", DefaultValueFactory = _ => 5 };
        yield return CliCommand.Of(
            surroundings,
            "preview",
            "When a schedule would fire. Needs no key.",
            [cron, timezone, from, policy, count],
            async (session, token) =>
            {
                var query = CliApi.Query(
                    ("cron", session.Value(cron)),
                    ("timezone", session.Value(timezone)),
                    ("from", session.Value(from)),
                    ("dst_policy", session.Value(policy)),
                    ("count", session.Value(count).ToString(CultureInfo.InvariantCulture))
                );
                var answer = await session.Api.GetAsync($"/api/v1/scheduler/schedules/preview{query}", token);
                if (session.Screen.IsJson)
                {
                    session.Screen.Json(answer);
                    return;
                }
                session.Screen.Table(
                    ["UTC", answer.Text("timezone"), "clock change"],
                    answer
                        .Entries("occurrences")
                        .Select(at => new[] { at.Time("scheduled_time"), at.Text("local_time"), at.Text("dst") }),
                    "It never fires."
                );
            }
        );
        yield return CliCommand.Of(
            surroundings,
            "forecast",
            "The load of the next 24 hours, and its herds.",
            [],
            async (session, token) =>
            {
                var forecast = await session.Api.GetAsync("/api/v1/scheduler/forecast", token);
                if (session.Screen.IsJson)
                {
                    session.Screen.Json(forecast);
                    return;
                }
                Show(session.Screen, forecast);
            }
        );
    }

    private static void Show(CliScreen screen, JsonElement forecast)
    {
        screen.Line(
            $"{forecast.Text("runs")} runs of {forecast.Text("pipelines")} pipelines; most in {forecast.Time("peak.at")}: {forecast.Text("peak.runs")}"
        );
        foreach (var line in HeatMap(forecast))
        {
            screen.Line(line);
        }
        if (forecast.Entries("herds").Any())
        {
            screen.Table(
                ["herd", "runs", "largest schedule", "spread that would flatten it"],
                forecast
                    .Entries("herds")
                    .Select(herd =>
                    {
                        var largest = herd.Entries("schedules").FirstOrDefault();
                        return new[]
                        {
                            herd.Time("at"),
                            herd.Text("runs"),
                            $"{largest.Text("schedule_cron")} {largest.Text("timezone")}".Trim(),
                            largest.Seconds("suggested_spread_seconds"),
                        };
                    }),
                ""
            );
        }
    }

    /// <summary>A line an hour, a sign for five minutes; the darkest is the most there is.</summary>
    internal static IEnumerable<string> HeatMap(JsonElement forecast)
    {
        var cells = new SortedDictionary<DateTimeOffset, double[]>();
        foreach (var minute in forecast.Entries("minutes"))
        {
            var at = minute.Field("at").GetDateTimeOffset();
            var hour = at.AddMinutes(-at.Minute);
            if (!cells.TryGetValue(hour, out var row))
            {
                cells[hour] = row = new double[CellsAnHour];
            }
            row[at.Minute / CellMinutes] += minute.Amount("runs");
        }
        if (cells.Count == 0)
        {
            yield break;
        }
        var most = cells.Values.Max(row => row.Max());
        for (var hour = cells.Keys.First(); hour <= cells.Keys.Last(); hour = hour.AddHours(1))
        {
            var row = cells.GetValueOrDefault(hour) ?? new double[CellsAnHour];
            var signs = string.Concat(row.Select(runs => Shades[Shade(runs, most)]));
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{hour.UtcDateTime:yyyy-MM-ddTHH}Z |{signs}| {row.Sum(), 8:0}"
            );
        }
    }

    /// <summary>Whatever there is can be seen.</summary>
    private static int Shade(double runs, double most) =>
        runs <= 0 ? 0 : Math.Max(1, (int)Math.Round(runs / most * (Shades.Length - 1)));
}
