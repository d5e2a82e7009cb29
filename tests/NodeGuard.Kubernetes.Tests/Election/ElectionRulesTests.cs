using NodeGuard.Kubernetes.Election;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Election;

/// <summary>Each state of a candidate by each lease that it can find.</summary>
public class ElectionRulesTests
{
    private static readonly LeaseTimes Times = new();
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(1_000);

    public static TheoryData<string, string, string> AfterReadTable => new()
    {
        { "new", "none", "Acquire" },
        { "new", "released", "Acquire" },
        { "new", "other's", "Wait" },
        { "new", "ours", "Acquire" },
        { "waited 14 s", "none", "Wait" },
        { "waited 14 s", "other's", "Wait" },
        { "waited 14 s", "other's renewed", "Wait" },
        { "waited 14 s", "other's for 60 s", "Wait" },
        { "waited 14 s", "released", "Acquire" },
        { "waited 15 s", "none", "Acquire" },
        { "waited 15 s", "other's", "Acquire" },
        { "waited 15 s", "other's renewed", "Wait" },
        { "waited 15 s", "other's for 60 s", "Wait" },
        { "leading", "ours", "Renew" },
        { "leading", "none", "StepDown" },
        { "leading", "released", "StepDown" },
        { "leading", "other's", "StepDown" },
        { "leading too long", "ours", "StepDown" },
    };

    [Theory]
    [MemberData(nameof(AfterReadTable))]
    public void EachCandidateAnswersEachLease(string state, string lease, string step)
    {
        Candidate candidate = ElectionRules.Saw(State(state), Found(lease), Now);

        ElectionRules.AfterRead(candidate, "us", Times, Now).ToString().ShouldBe(step);
    }

    [Theory]
    [InlineData(null, 0, true, "Read")]
    [InlineData(null, 1, true, "Wait")]
    [InlineData(5.0, 0, false, "Renew")]
    [InlineData(5.0, 0, true, "Read")]
    [InlineData(5.0, 1, false, "Wait")]
    [InlineData(0.0, 1, false, "StepDown")]
    [InlineData(-1.0, 0, true, "StepDown")]
    public void WhatIsDue(double? leadsForSeconds, int nextCallInSeconds, bool mustRead, string step)
    {
        var candidate = new Candidate
        {
            LeadsUntil = leadsForSeconds is { } seconds ? Now + TimeSpan.FromSeconds(seconds) : null,
            NextCall = Now + TimeSpan.FromSeconds(nextCallInSeconds),
            MustRead = mustRead,
        };

        ElectionRules.Due(candidate, Now).ToString().ShouldBe(step);
    }

    [Fact]
    public void ATermCountsFromWhenTheRenewalWasSentNotFromItsAnswer()
    {
        TimeSpan sent = Now - TimeSpan.FromSeconds(3);

        Candidate wrote = ElectionRules.Wrote(new(), Found("ours")!, Times, sent, Now);

        wrote.LeadsUntil.ShouldBe(sent + Times.RenewDeadline);
    }

    [Fact]
    public void ACandidateLooksAgainInTheMomentThatTheLeaseIsFree()
    {
        Candidate waiting = ElectionRules.Saw(State("waited 14 s"), Found("other's"), Now + TimeSpan.FromSeconds(0.9));

        ElectionRules.Waits(waiting, Times, Now + TimeSpan.FromSeconds(0.9), 0.5).NextCall.ShouldBe(Now + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void TheTimesThatAreWrittenInALeaseAreNotReckonedWith()
    {
        LeaseRecord ancient = Found("other's")! with { RenewTime = new(DateTimeOffset.UnixEpoch) };

        ElectionRules.AfterRead(ElectionRules.Saw(new(), ancient, Now), "us", Times, Now).ShouldBe(ElectionStep.Wait);
    }

    [Theory]
    [InlineData(15, 10, 2, null)]
    [InlineData(0.5, 0.3, 0.1, "leaseDuration")]
    [InlineData(10, 10, 2, "renewDeadline")]
    [InlineData(15, 10, 6, "retryPeriod")]
    [InlineData(15, 10, 0, "retryPeriod")]
    public void TimesAreChecked(double lease, double renew, double retry, string? blamed)
    {
        var times = new LeaseTimes
        {
            LeaseDuration = TimeSpan.FromSeconds(lease),
            RenewDeadline = TimeSpan.FromSeconds(renew),
            RetryPeriod = TimeSpan.FromSeconds(retry),
        };

        if (blamed is null)
            times.Error().ShouldBeNull();
        else
            times.Error()!.ShouldStartWith(blamed);
    }

    private static Candidate State(string name) => name switch
    {
        "new" => new(),
        "waited 14 s" => ElectionRules.Saw(new(), Found("other's"), Now - TimeSpan.FromSeconds(14)),
        "waited 15 s" => ElectionRules.Saw(new(), Found("other's"), Now - TimeSpan.FromSeconds(15)),
        "leading" => ElectionRules.Wrote(new(), Found("ours")!, Times, Now - TimeSpan.FromSeconds(3), Now),
        _ => ElectionRules.Wrote(new(), Found("ours")!, Times, Now - TimeSpan.FromSeconds(10), Now),
    };

    private static LeaseRecord? Found(string name)
    {
        var other = new LeaseRecord("other", TimeSpan.FromSeconds(15), null, new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)), 3);
        return name switch
        {
            "none" => null,
            "released" => other with { Holder = "", Duration = TimeSpan.FromSeconds(1) },
            "ours" => other with { Holder = "us" },
            "other's renewed" => other with { RenewTime = new(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero)) },
            "other's for 60 s" => other with { Duration = TimeSpan.FromSeconds(60) },
            _ => other,
        };
    }
}
