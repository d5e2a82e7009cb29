using System.Text;
using NodeGuard.Kubernetes.Events;
using NodeGuard.Kubernetes.Models;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Events;

/// <summary>What becomes an event, and what only a count.</summary>
public sealed class EventCorrelatorTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly EventRecorderOptions Options = new("nodeguard.io/controller", "pod-1") { MostNotes = 3, ObjectBurst = 5, MostSeries = 50 };
    private readonly EventCorrelator _correlator = new(Options);

    [Fact]
    public void TheFirstTimeIsAnEventWithAllThatTheApiWants()
    {
        var made = Create(Text("Draining", "pods are evicted", ns: ""), Start);
        made.Metadata.Namespace.ShouldBe("default");
        made.Metadata.Name.ShouldNotBeNull().ShouldStartWith("n1.");
        made.EventTime!.Value.Value.ShouldBe(Start);
        (made.ReportingController, made.ReportingInstance, made.Action, made.Reason, made.Type).ShouldBe(
            ("nodeguard.io/controller", "pod-1", "Drain", "Draining", "Normal"));
        made.Series.ShouldBeNull();
        Create(Text("Draining", "x", ns: "shop"), Start).Metadata.Namespace.ShouldBe("shop");
    }

    [Fact]
    public void TheSecondTimeIsToldAtOnceAndThenOnceInAnInterval()
    {
        Create(Text("Blocked", "by web"), Start);
        Count(Text("Blocked", "by web"), Start.AddSeconds(1)).ShouldBe(2);
        for (var i = 2; i < 60; i++)
            _correlator.Happened(Text("Blocked", "by web"), Start.AddSeconds(i)).ShouldBeNull();
        Count(Text("Blocked", "by web"), Start.AddSeconds(61)).ShouldBe(61);
    }

    [Fact]
    public void WhatWasNotToldIsDueLaterAndWhatWasIsNot()
    {
        Create(Text("Blocked", "by web"), Start);
        Count(Text("Blocked", "by web"), Start.AddSeconds(1)).ShouldBe(2);
        _correlator.Happened(Text("Blocked", "by web"), Start.AddSeconds(2));
        _correlator.Due(Start.AddSeconds(3)).ShouldBeEmpty();
        var due = _correlator.Due(Start.AddSeconds(62)).ShouldHaveSingleItem().ShouldBeOfType<EventWrite.Count>();
        (due.Value.Count, due.Value.LastObservedTime!.Value.Value).ShouldBe((3, Start.AddSeconds(2)));
        _correlator.Due(Start.AddSeconds(200)).ShouldBeEmpty();
    }

    [Fact]
    public void ASeriesThatRestedIsOverAndTheNextIsANewEvent()
    {
        var first = Create(Text("Blocked", "by web"), Start);
        var second = Create(Text("Blocked", "by web"), Start + Options.SeriesEnd);
        second.Metadata.Name.ShouldNotBe(first.Metadata.Name);
        _correlator.Due(Start + (Options.SeriesEnd * 3));
        _correlator.Series.ShouldBe(0);
    }

    [Fact]
    public void ManyDifferentNotesOfOneReasonBecomeOneSeries()
    {
        for (var i = 0; i < 3; i++)
            Create(Text("Blocked", $"by {i}"), Start.AddSeconds(i));
        Create(Text("Blocked", "by 4"), Start.AddSeconds(4)).Note.ShouldBe("(combined from similar events): by 4");
        Count(Text("Blocked", "by 5"), Start.AddSeconds(5)).ShouldBe(2);
        // A known note still counts for itself, and another object is another matter.
        Count(Text("Blocked", "by 1"), Start.AddSeconds(6)).ShouldBe(2);
        Create(Text("Blocked", "by 6", name: "n2"), Start.AddSeconds(7)).Note.ShouldBe("by 6");
    }

    [Fact]
    public void AnObjectMakesNoMoreEventsThanItsBucketHolds()
    {
        for (var i = 0; i < 5; i++)
            Create(Text($"Reason{i}", "x"), Start);
        _correlator.Happened(Text("Reason6", "x"), Start).ShouldBeNull();
        _correlator.Limited.ShouldBe(1);
        Create(Text("Reason6", "x", name: "n2"), Start);
        Create(Text("Reason7", "x"), Start + Options.ObjectRefill);
        _correlator.Happened(Text("Reason8", "x"), Start + Options.ObjectRefill).ShouldBeNull();
    }

    [Fact]
    public void ClockJumpsBackNeitherBreakNorUnlock()
    {
        for (var i = 0; i < 5; i++)
            Create(Text($"Reason{i}", "x"), Start);
        _correlator.Happened(Text("Reason6", "x"), Start.AddDays(-1)).ShouldBeNull();
        _correlator.Happened(Text("Reason7", "x"), Start.AddDays(-1).AddMinutes(1)).ShouldBeNull();
        Count(Text("Reason0", "x"), Start.AddDays(-1)).ShouldBe(2);
    }

    [Fact]
    public void TheTablesAreBounded()
    {
        for (var i = 0; i < 1000; i++)
            _correlator.Happened(Text("Reason", "x", name: $"n{i}"), Start);
        _correlator.Series.ShouldBe(Options.MostSeries);
        _correlator.Limited.ShouldBe(950);
        _correlator.Due(Start.AddHours(1));
        _correlator.Series.ShouldBe(0);
        Create(Text("Reason", "x", name: "n1001"), Start.AddHours(1));
    }

    [Theory]
    [InlineData('x')]
    [InlineData('é')]
    [InlineData('€')]
    public void ALongNoteIsCutByBytesAtAWholeLetter(char letter)
    {
        var note = Create(Text("Reason", new string(letter, 3000)), Start).Note!;
        Encoding.UTF8.GetByteCount(note).ShouldBeInRange(1020, 1024);
        note.ShouldEndWith(letter + "...");
    }

    private Event Create(EventText text, DateTimeOffset now) =>
        _correlator.Happened(text, now).ShouldBeOfType<EventWrite.Create>().Event;

    private int Count(EventText text, DateTimeOffset now) =>
        _correlator.Happened(text, now).ShouldBeOfType<EventWrite.Count>().Value.Count;

    private static EventText Text(string reason, string note, string name = "n1", string ns = "") =>
        new(new ObjectReference { ApiVersion = "v1", Kind = "Node", Name = name, Namespace = ns, Uid = name }, reason, "Drain", note);
}
