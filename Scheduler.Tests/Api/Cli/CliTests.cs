using System.Net;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Scheduler.Api.Commands.Cli;

namespace Scheduler.Tests.Api.Cli;

/// <summary>The commands that talk to an API, against a real one in this process.</summary>
internal sealed class CliTests
{
    [Test]
    public async Task An_operator_looks_at_pipelines_runs_and_the_system()
    {
        using var bench = new CliBench();
        await bench.OnboardAsync();
        var pipeline = await bench.ConfigureAsync("nightly");

        Assert.That(await bench.RunAsync("run-now", pipeline, "--customer", "acme"), Is.Zero, bench.Error);
        var run = Fact(bench.Output, "run_id");
        Assert.That(await bench.RunAsync("pipelines", "list"), Is.Zero, bench.Error);
        var all = bench.Output;
        Assert.That(await bench.RunAsync("pipelines", "show", pipeline, "--customer", "acme"), Is.Zero, bench.Error);
        var one = bench.Output;
        Assert.That(
            await bench.RunAsync("runs", "list", "--customer", "acme", "--state", "PENDING"),
            Is.Zero,
            bench.Error
        );
        var runs = bench.Output;
        Assert.That(await bench.RunAsync("runs", "show", run, "--customer", "acme"), Is.Zero, bench.Error);
        var detail = bench.Output;
        Assert.That(await bench.RunAsync("status"), Is.Zero, bench.Error);
        var status = bench.Output;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(all.Split('\n')[0], Does.Match("^config_id +customer +pipeline +name +state"));
            Assert.That(all, Does.Match($"{pipeline} +acme +SYSTEM/TEST/probe +nightly +active +0 4 1 1 \\*"));
            Assert.That(all.Split('\n').Select(line => line.TrimEnd() == line), Is.All.True, "no blanks at the ends");
            Assert.That(one, Does.Match("name +nightly").And.Match("schedule +0 4 1 1 \\* UTC"));
            Assert.That(runs, Does.Match($"{run} +probe +\\S+Z +PENDING"));
            Assert.That(
                detail,
                Does.Match("asked for by +manual").And.Match("why +\\S").And.Match("trace +[0-9a-f]{32}")
            );
            Assert.That(
                status,
                Does.Match("active pipelines +1\n").And.Match("queued +1\n").And.Match("workers wanted +1\n")
            );
            Assert.That(
                $"{all}{one}{runs}{detail}{status}",
                Does.Not.Contain("\u001b"),
                "no colours where nobody looks"
            );
        }
    }

    [Test]
    public async Task With_json_the_answer_of_the_API_is_passed_on()
    {
        using var bench = new CliBench();
        await bench.OnboardAsync();
        var pipeline = await bench.ConfigureAsync("nightly");

        await bench.RunAsync("run-now", pipeline, "--customer", "acme", "--json");
        Assert.That(bench.Json.GetProperty("state").GetString(), Is.EqualTo("PENDING"));
        await bench.RunAsync("runs", "list", "--customer", "acme", "--json");
        Assert.That(bench.Json.EnumerateArray().Single().GetProperty("config_id").GetString(), Is.EqualTo(pipeline));
        await bench.RunAsync("status", "--json");
        Assert.That(bench.Json.GetProperty("desired_workers").GetInt32(), Is.EqualTo(1));
        await bench.RunAsync("alerts", "--json");
        Assert.That(bench.Json.GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task A_pipeline_is_paused_and_resumed_and_a_run_cancelled_and_replayed()
    {
        using var bench = new CliBench();
        await bench.OnboardAsync();
        var pipeline = await bench.ConfigureAsync("nightly");
        await bench.RunAsync("run-now", pipeline, "--customer", "acme", "--idempotency-key", "once");
        var run = Fact(bench.Output, "run_id");
        await bench.RunAsync("run-now", pipeline, "--customer", "acme", "--idempotency-key", "once");
        Assert.That(Fact(bench.Output, "run_id"), Is.EqualTo(run));

        Assert.That(await bench.RunAsync("runs", "cancel", run, "--customer", "acme"), Is.Zero, bench.Error);
        Assert.That(Fact(bench.Output, "state"), Is.EqualTo("SKIPPED CANCELLED"));
        Assert.That(await bench.RunAsync("runs", "replay", run, "--customer", "acme"), Is.Zero, bench.Error);
        Assert.That(Fact(bench.Output, "run_id"), Is.Not.EqualTo(run));
        Assert.That(await bench.RunAsync("pause", pipeline, "--customer", "acme", "--reason", "audit"), Is.Zero);
        Assert.That(bench.Output, Does.Match("state +paused\n").And.Match("because +audit\n"));
        Assert.That(await bench.RunAsync("resume", pipeline, "--customer", "acme"), Is.Zero);
        Assert.That(Fact(bench.Output, "state"), Is.EqualTo("active"));
    }

    [Test]
    public async Task A_refusal_is_told_in_the_words_of_the_API_with_its_fields()
    {
        using var bench = new CliBench();
        await bench.OnboardAsync();
        var pipeline = await bench.ConfigureAsync("nightly");

        var missing = await bench.RunAsync("runs", "show", "nothing", "--customer", "acme");
        var missingTold = bench.Error;
        var wrong = await bench.RunAsync("pause", pipeline, "--customer", "acme", "--reason", "");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(missing, Is.EqualTo(1));
            Assert.That(missingTold, Does.Contain("NOT_FOUND").And.Contain("request "));
            Assert.That(wrong, Is.EqualTo(1));
            Assert.That(bench.Error, Does.Match("(?m)^  reason: "));
            Assert.That(bench.Output, Is.Empty);
        }
    }

    [TestCase("runs", "list")]
    [TestCase("runs", "show")]
    [TestCase("status", "--nonsense")]
    [TestCase("pipelines", "listen")]
    [TestCase("pause", "p", "--customer", "acme")]
    [TestCase("bulk", "pause", "--reason", "all of them?")]
    [TestCase("tail", "--customer", "acme", "--interval", "0")]
    [TestCase("status", "--url", "ftp://somewhere")]
    [TestCase("status", "--key-file", "/nowhere/at/all")]
    [TestCase("import", "/nowhere/at/all")]
    public async Task What_is_not_understood_ends_with_2_and_says_why(params string[] args)
    {
        using var bench = new CliBench();

        Assert.That(await bench.RunAsync(args), Is.EqualTo(2), bench.Error);
        Assert.That(bench.Error, Is.Not.Empty);
    }

    [Test]
    public async Task Help_names_the_commands()
    {
        using var bench = new CliBench();

        Assert.That(await bench.RunAsync("help"), Is.Zero);
        foreach (var word in SchedulerCli.Usage.Split(", ").Where(word => word != "help"))
        {
            Assert.That(bench.Output, Does.Contain(word));
        }
    }

    [Test]
    public async Task The_key_comes_from_a_file_or_the_environment_and_is_never_shown()
    {
        using var bench = new CliBench();
        await bench.OnboardAsync();
        var own = bench.Host.Keys.Add("acme");
        bench.Set("ADMIN_KEY", null);

        var without = await bench.RunAsync("runs", "list", "--customer", "acme");
        var withoutTold = bench.Error;
        bench.Set("SCHEDULER_API_KEY", own);
        var withOwn = await bench.RunAsync("runs", "list");
        var others = await bench.RunAsync("runs", "list", "--customer", "globex");
        var othersTold = bench.Error;
        var file = Path.Combine(bench.Host.Folder, "key");
        await File.WriteAllTextAsync(file, $"{ApiHost.AdminKey}\n");
        var withFile = await bench.RunAsync("status", "--key-file", file);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(without, Is.EqualTo(1));
            Assert.That(withoutTold, Does.Contain("MISSING_API_KEY"));
            Assert.That(withOwn, Is.Zero, "the key names its customer");
            Assert.That(others, Is.EqualTo(1));
            Assert.That(withFile, Is.Zero);
            Assert.That(
                $"{withoutTold}{othersTold}{bench.Output}",
                Does.Not.Contain(own).And.Not.Contain(ApiHost.AdminKey)
            );
        }
    }

    [Test]
    public async Task A_schedule_is_previewed_and_the_day_forecast()
    {
        using var bench = new CliBench();
        await bench.OnboardAsync();
        await bench.ConfigureAsync("nightly");
        bench.Set("ADMIN_KEY", null);

        Assert.That(
            await bench.RunAsync(
                "preview",
                "0 2 * * *",
                "--timezone",
                "America/New_York",
                "--from",
                "2025-03-08T00:00:00Z",
                "--count",
                "2"
            ),
            Is.Zero,
            bench.Error
        );
        Assert.That(bench.Output, Does.Match("^UTC +America/New_York +clock change\n"));
        Assert.That(bench.Output, Does.Match("2025-03-09T07:00:00Z +2025-03-09T03:00:00-04(:00)? +gap"));
        Assert.That(await bench.RunAsync("preview", "61 * * * *"), Is.EqualTo(1));
        Assert.That(bench.Error, Does.Contain("61"));
        bench.Set("ADMIN_KEY", ApiHost.AdminKey);
        Assert.That(await bench.RunAsync("forecast"), Is.Zero, bench.Error);
        Assert.That(bench.Output, Does.Contain("of 1 pipelines"));
    }

    [Test]
    public void A_forecast_is_a_line_an_hour_with_a_sign_for_five_minutes()
    {
        var forecast = JsonElement.Parse(
            """
            {"minutes": [{"at": "2026-03-02T10:00:00Z", "runs": 90}, {"at": "2026-03-02T10:07:00Z", "runs": 1},
              {"at": "2026-03-02T12:59:00Z", "runs": 45}]}
            """
        );

        Assert.That(
            ScheduleCommands.HeatMap(forecast),
            Is.EqualTo(
                new[]
                {
                    "2026-03-02T10Z |@.          |       91",
                    "2026-03-02T11Z |            |        0",
                    "2026-03-02T12Z |           =|       45",
                }
            )
        );
    }

    [Test]
    public async Task A_file_is_imported_and_its_wrong_lines_are_told()
    {
        using var bench = new CliBench();
        await bench.OnboardAsync();
        const string good =
            """{"customer_id":"acme","provider":"SYSTEM","domain":"TEST","pipeline_template":"probe","schedule_cron":"0 4 * * *"}""";
        bench.Input = new MemoryStream(Encoding.UTF8.GetBytes($"{good}\n{good.Replace("0 4", "99 4")}\n"));

        var exitCode = await bench.RunAsync("import", "-");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.EqualTo(1));
            Assert.That(bench.Output, Is.EqualTo("1 created, 1 refused\n"));
            Assert.That(bench.Error, Does.Match("^line 2: schedule_cron: "));
        }
        var file = Path.Combine(bench.Host.Folder, "pipelines.ndjson");
        await File.WriteAllTextAsync(file, good);
        Assert.That(await bench.RunAsync("import", file), Is.Zero, bench.Error);
        Assert.That(bench.Output, Is.EqualTo("1 unchanged\n"));
    }

    [Test]
    public async Task Tail_tells_what_is_there_and_ends_well_when_it_is_stopped()
    {
        using var bench = new CliBench();
        await bench.OnboardAsync();
        await bench.RunAsync("run-now", await bench.ConfigureAsync("nightly"), "--customer", "acme");
        var run = Fact(bench.Output, "run_id");
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));

        var exitCode = await bench.RunAsync(stop.Token, "tail", "--customer", "acme", "--interval", "0.2");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.Zero, bench.Error);
            Assert.That(
                bench.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries),
                Has.Length.EqualTo(1),
                "told once"
            );
            Assert.That(bench.Output, Does.Contain(run).And.Contain("PENDING"));
        }
    }

    [Test]
    public void Tail_tells_a_run_again_when_its_state_has_changed_and_in_the_order_of_the_changes()
    {
        var seen = new Dictionary<string, string>();
        TailCommand.Changed(seen, [Run("a", "PENDING", 1), Run("b", "RUNNING", 2)]);

        var changed = TailCommand.Changed(
            seen,
            [Run("c", "PENDING", 5), Run("a", "RUNNING", 4), Run("b", "RUNNING", 2)]
        );

        Assert.That(changed.Select(run => run.Text("run_id")), Is.EqualTo(new[] { "a", "c" }));

        static JsonElement Run(string id, string state, int second) =>
            JsonElement.Parse(
                $$"""{"run_id":"{{id}}","state":"{{state}}","updated_at":"2026-03-02T10:00:0{{second}}Z"}"""
            );
    }

    [Test]
    public async Task A_bulk_is_begun_followed_and_its_exceptions_told()
    {
        var api = new AnsweringHandler(
            (HttpStatusCode.Accepted, """{"bulk_id":"b1","action":"pause","state":"RUNNING","total":3}"""),
            (
                HttpStatusCode.OK,
                """
                {"bulk_id":"b1","action":"pause","state":"DONE","total":3,"progress":{"pending":0,"done":2,"refused":1,
                  "undone":0,"kept":0,"percent":100},"exceptions":[{"customer_id":"acme","config_id":"p1","state":"REFUSED",
                  "detail":"SWITCHED_OFF","run_ids":[]}]}
                """
            )
        );
        using var bench = new CliBench { Handler = api };

        var exitCode = await bench.RunAsync(
            "bulk",
            "pause",
            "--provider",
            "AWS",
            "--reason",
            "an outage",
            "--until",
            "2026-03-02T10:00:00Z"
        );

        var sent = JsonElement.Parse(api.Calls[0].Body);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.EqualTo(1), "one was refused");
            Assert.That(
                api.Calls.Select(call => call.Call),
                Is.EqualTo(new[] { "POST /api/v1/scheduler/pipelines/bulk", "GET /api/v1/scheduler/bulk/b1" })
            );
            Assert.That(sent.Text("action"), Is.EqualTo("pause"));
            Assert.That(sent.Text("filter.provider"), Is.EqualTo("AWS"));
            Assert.That(sent.Text("until"), Is.EqualTo("2026-03-02T10:00:00Z"));
            Assert.That(bench.Output, Does.Match("done +2\n").And.Match("p1 +acme +REFUSED SWITCHED_OFF"));
        }
    }

    [Test]
    public async Task Bulks_backfills_and_reasons_are_those_of_the_API()
    {
        using var bench = new CliBench();
        await bench.OnboardAsync();
        var pipeline = await bench.ConfigureAsync("nightly");
        string[] range = ["--customer", "acme", "--from", "2024-01-01T00:00:00Z", "--to", "2025-06-01T00:00:00Z"];

        Assert.That(
            await bench.RunAsync("bulk", "pause", "--all", "--reason", "audit", "--dry-run"),
            Is.Zero,
            bench.Error
        );
        Assert.That(
            bench.Output,
            Does.Contain("nothing was done").And.Match($"{pipeline} +acme +SYSTEM/TEST/probe nightly")
        );
        Assert.That(
            await bench.RunAsync("bulk", "pause", "--customer", "acme", "--reason", "audit", "--no-wait"),
            Is.Zero,
            bench.Error
        );
        Assert.That(await bench.RunAsync("bulk", "show", Fact(bench.Output, "bulk_id")), Is.Zero, bench.Error);
        Assert.That(Fact(bench.Output, "pipelines"), Is.EqualTo("1"));
        Assert.That(await bench.RunAsync(["backfill", "start", pipeline, .. range, "--dry-run"]), Is.Zero, bench.Error);
        Assert.That(bench.Output, Does.Contain("nothing was done").And.Contain("2025-01-01T04:00:00Z"));
        Assert.That(await bench.RunAsync(["backfill", "start", pipeline, .. range]), Is.Zero, bench.Error);
        var backfill = Fact(bench.Output, "backfill_id");
        Assert.That(await bench.RunAsync("backfill", "pause", backfill, "--customer", "acme"), Is.Zero, bench.Error);
        Assert.That(await bench.RunAsync("backfill", "list", "--customer", "acme"), Is.Zero, bench.Error);
        Assert.That(bench.Output, Does.Match($"{backfill} +{pipeline} +missing +.*PAUSED").IgnoreCase);
        Assert.That(await bench.RunAsync("backfill", "cancel", backfill, "--customer", "acme"), Is.Zero, bench.Error);
        Assert.That(await bench.RunAsync("backfill", "show", backfill, "--customer", "acme"), Is.Zero, bench.Error);
        Assert.That(Fact(bench.Output, "state"), Is.EqualTo("CANCELLED").IgnoreCase);
        Assert.That(await bench.RunAsync("pipelines", "why", pipeline, "--customer", "acme"), Is.Zero, bench.Error);
        Assert.That(bench.Output, Does.Match("reason +\\S").And.Match("next run +\\S+Z"));
    }

    [Test]
    public async Task Texts_of_others_cannot_move_the_cursor_and_an_answer_of_another_program_is_no_answer()
    {
        using var hostile = new CliBench
        {
            Handler = new AnsweringHandler(
                (
                    HttpStatusCode.OK,
                    """{"run":{"run_id":"r1","error_message":"\u001b[2J\u009b2Jgone","state":"FAILED"}}"""
                )
            ),
        };
        using var page = new CliBench { Handler = new AnsweringHandler((HttpStatusCode.OK, "<html>")) };
        using var proxy = new CliBench { Handler = new AnsweringHandler((HttpStatusCode.BadGateway, "<html>")) };

        Assert.That(await hostile.RunAsync("runs", "show", "r1", "--customer", "acme"), Is.Zero, hostile.Error);
        Assert.That(hostile.Output, Does.Contain("gone").And.Not.Contain("\u001b").And.Not.Contain("\u009b"));
        Assert.That(await page.RunAsync("status"), Is.EqualTo(1));
        Assert.That(page.Error, Does.Contain("is no JSON"));
        Assert.That(await proxy.RunAsync("status"), Is.EqualTo(1));
        Assert.That(proxy.Error, Does.Contain("502"));
    }

    /// <summary>The value behind a name in a list of facts.</summary>
    private static string Fact(string output, string name) =>
        output
            .Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Select(line => line[name.Length..].Trim())
            .First();
}
