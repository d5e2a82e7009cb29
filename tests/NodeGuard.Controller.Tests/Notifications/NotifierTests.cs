using System.Text.Json.Nodes;
using NodeGuard.Controller.Metrics;
using NodeGuard.Controller.Notifications;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests.Notifications;

/// <summary>Receivers that work, and all the ways in which they do not.</summary>
public sealed class NotifierTests : IAsyncLifetime
{
    private static readonly Notice Freeze = new("frozen/Fleet/cluster/1", NoticeEvents.Frozen, "Fleet", "cluster", "NodeGuard has frozen <all> & waits", DateTimeOffset.UnixEpoch);

    private readonly ManualTime _time = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero });
    private readonly SemaphoreSlim _changed = new(0);
    private readonly CancellationTokenSource _term = new();
    private readonly StageLog _log = new();
    private readonly FleetStatus _status = new();
    private NoticeReceiver _receiver = null!;
    private Notifier _notifier = null!;

    public Task InitializeAsync()
    {
        _receiver = NoticeReceiver.Start();
        _notifier = NewLeader();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _term.CancelAsync();
        await _notifier.StopAsync();
        await _receiver.DisposeAsync();
        _http.Dispose();
        _term.Dispose();
        _changed.Dispose();
    }

    [Fact]
    public async Task A_notice_is_sent_once_and_no_later_leader_sends_it_again()
    {
        var answered = new TaskCompletionSource();
        _receiver.Answer = (_, _) => answered.Task;
        Look(Freeze).ShouldBeFalse();
        answered.SetResult();
        await ChangedAsync();
        Look(Freeze).ShouldBeTrue();
        Look(Freeze).ShouldBeFalse();

        _status.Notified!.ShouldHaveSingleItem().Id.ShouldBe(Freeze.Id);
        (string body, string signature, string key) = _receiver.Received.ShouldHaveSingleItem();
        var sent = JsonNode.Parse(body)!;
        sent["event"]!.GetValue<string>().ShouldBe("Frozen");
        sent["object"]!["name"]!.GetValue<string>().ShouldBe("cluster");
        sent["message"]!.GetValue<string>().ShouldBe(Freeze.Message);
        signature.ShouldBeEmpty();
        key.ShouldBe(Freeze.Id);

        await _notifier.StopAsync();
        _notifier = NewLeader();
        Look(Freeze).ShouldBeFalse();
        _receiver.Received.Count.ShouldBe(1);
    }

    [Fact]
    [Trait("Invariant", "9")]
    public async Task A_leader_that_dies_before_it_is_written_repeats_it_and_loses_nothing()
    {
        Look(Freeze);
        await ChangedAsync();
        // Nothing was written: the next leader reads the status as it was.
        await _notifier.StopAsync();
        _notifier = NewLeader();

        Look(Freeze);
        await ChangedAsync();
        Look(Freeze).ShouldBeTrue(_log.ToString());

        _receiver.Received.Count.ShouldBe(2);
        _receiver.Received.Select(static sent => sent.Key).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Slack_gets_a_text_with_its_markup_escaped()
    {
        Look(Freeze, format: "Slack");
        await ChangedAsync();

        _receiver.Received.ShouldHaveSingleItem().Body.ShouldContain("\"text\":");
        JsonNode.Parse(_receiver.Received.Single().Body)!["text"]!.GetValue<string>().ShouldBe("NodeGuard has frozen &lt;all&gt; &amp; waits");
    }

    [Theory]
    [InlineData(500, "answers 500")]
    [InlineData(404, "answers 404")]
    [InlineData(302, "redirects are not followed")]
    public async Task A_refusal_is_tried_again_after_a_rest(int status, string said)
    {
        _receiver.Answer = NoticeReceiver.Status(status);
        Look(Freeze);
        await ChangedAsync();
        Look(Freeze).ShouldBeFalse();
        _receiver.Received.Count.ShouldBe(1);
        _log.ToString().ShouldContain(said);

        _receiver.Answer = static (_, _) => Task.CompletedTask;
        _time.Advance(Notifier.Rest(1));
        Look(Freeze);
        await ChangedAsync();
        Look(Freeze).ShouldBeTrue(_log.ToString());
        _receiver.Received.Count.ShouldBe(2);
    }

    [Fact]
    public async Task One_that_never_answers_is_given_up_after_its_tries_and_its_token_is_in_no_log()
    {
        string url = _receiver.Url;
        await _receiver.DisposeAsync();
        int tries = 0;
        while (!Look(Freeze, url))
        {
            await ChangedAsync();
            tries++;
            tries.ShouldBeLessThan(50);
            _time.Advance(TimeSpan.FromMinutes(10));
        }

        tries.ShouldBe(12);
        _log.ToString().ShouldContain("is not tried again");
        _log.ToString().ShouldNotContain("token");
    }

    [Fact]
    public async Task A_slow_one_holds_up_nobody_and_is_cut_off()
    {
        var come = new SemaphoreSlim(0);
        _receiver.Answer = async (_, cancellation) =>
        {
            come.Release();
            await Task.Delay(Timeout.Infinite, cancellation);
        };
        Look(Freeze).ShouldBeFalse();
        (await come.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue();
        Look(Freeze).ShouldBeFalse();

        _time.Advance(NoticeSender.Patience);
        await ChangedAsync();
        _log.ToString().ShouldContain("has not answered within 10 s");
    }

    [Fact]
    public async Task No_more_than_four_are_on_their_way_at_once()
    {
        var come = new SemaphoreSlim(0);
        _receiver.Answer = async (_, cancellation) =>
        {
            come.Release();
            await Task.Delay(Timeout.Infinite, cancellation);
        };
        Notice[] many = [.. Enumerable.Range(0, 20).Select(static n => Freeze with { Id = $"failed/{n}" })];
        Look(many);
        for (int n = 0; n < 4; n++)
            (await come.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue();
        Look(many);

        _receiver.Received.Count.ShouldBe(4);
        // A stop waits for those on their way, and cuts them off.
        await _term.CancelAsync();
        await _notifier.StopAsync();
    }

    [Theory]
    [InlineData("http://chat.example.org/hook/token")]
    [InlineData("https://me:token@chat.example.org/hook")]
    [InlineData("token")]
    public async Task An_address_without_TLS_or_with_a_password_is_not_used(string url)
    {
        Look(Freeze, url);
        await ChangedAsync();

        _receiver.Received.ShouldBeEmpty();
        _log.ToString().ShouldContain("no https address");
        _log.ToString().ShouldNotContain("token");
    }

    [Fact]
    public async Task Without_the_key_that_signs_it_nothing_is_sent()
    {
        _notifier.Look(
            [new FleetNotification { Url = _receiver.Url, Secret = new SecretKey { Namespace = "nodeguard-system", Name = "chat", Key = "key" } }],
            [Freeze], _status, _time.GetUtcNow(), _term.Token);
        await ChangedAsync();

        _receiver.Received.ShouldBeEmpty();
        _log.ToString().ShouldContain("nodeguard-system/chat");
    }

    [Fact]
    public async Task What_is_past_is_forgotten_after_a_day_and_what_stands_is_not()
    {
        Look(Freeze);
        await ChangedAsync();
        Look(Freeze).ShouldBeTrue();

        _time.Advance(TimeSpan.FromDays(2));
        Look(Freeze).ShouldBeFalse();
        Look([]).ShouldBeTrue();
        _status.Notified.ShouldBeNull();
    }

    private Notifier NewLeader() => new(
        new NoticeSender(Unreachable(), _http, _time), ControllerMetrics.Unheard, _time, _log, () => _changed.Release());

    private static CutOffApi Unreachable()
    {
        var api = new CutOffApi(null!);
        api.Cut();
        return api;
    }

    private bool Look(Notice notice, string? url = null, string format = "Json") => Look([notice], url, format);

    private bool Look(Notice[] notices, string? url = null, string format = "Json") => _notifier.Look(
        [new FleetNotification { Url = url ?? _receiver.Url, Format = format }], notices, _status, _time.GetUtcNow(), _term.Token);

    private async Task ChangedAsync() => (await _changed.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue();
}
